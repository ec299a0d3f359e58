"""What a customer does with the widget and sees of it, by the names a screen reader would say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.stand_in import StandIn

HOST_PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Boutique</title>
<meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover">
<script src="/static/widget.js" data-brand="easytransfert" data-heading="EasyTransfert" defer></script></head>
<body><main><h1>Boutique</h1>
<p><a href="#suite" data-akwaba-open="Bonjour, une question">Nous écrire</a></p></main></body></html>"""
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
# Counts what a screen reader would be told: every row that is added to the log, whole.
WATCH_THE_LOG = """
window.announced = [];
new MutationObserver(function find() {
  const log = document.querySelector('akwaba-chat')?.shadowRoot?.querySelector('[role=log]');
  if (!log) return;
  this.disconnect?.();
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((row) => {
    if (row.classList?.contains('row')) window.announced.push(row.querySelector('.bubble').textContent);
  }))).observe(log, { childList: true });
}).observe(document, { childList: true, subtree: true });
"""


@dataclass
class Widget:
    """A browser tab that shows the widget. Playwright reaches into the shadow root by itself."""

    page: Page
    server: StandIn
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda line: self._note(line.type, line.text))

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and "favicon" not in text and "Failed to load resource" not in text:
            self.problems.append(text)

    def visit(self, path: str = "/") -> None:
        self.page.goto(self.server.url + path)

    def open(self) -> None:
        self.launcher.click()
        expect(self.page.locator(".state.up")).to_be_visible()

    def write(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def wait_for_line(self) -> None:
        """Connected and idle: whatever was unsent has been sent."""
        expect(self.page.locator(".state.up")).to_be_visible(timeout=15_000)

    def eventually(self, expression: str, patience_ms: int = 20_000) -> None:
        """Waits until a JavaScript expression is true; Playwright's own way needs 'unsafe-eval' in the policy."""
        for _ in range(patience_ms // 50):
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never true: {expression}")

    @property
    def launcher(self) -> Locator:
        return self.page.locator(".launcher")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def input(self) -> Locator:
        return self.page.get_by_role("textbox")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def bubbles(self) -> Locator:
        """Messages in the log, stored or waiting; not the reply being spoken."""
        return self.page.locator("[role=log] .bubble")

    @property
    def spoken(self) -> Locator:
        """The reply being spoken."""
        return self.page.locator("[aria-hidden=true] .row:not(:has(.dots)) .bubble")

    @property
    def dots(self) -> Locator:
        return self.page.locator(".dots")

    @property
    def notice(self) -> Locator:
        return self.page.get_by_role("alert")

    @property
    def banner(self) -> Locator:
        return self.page.locator(".strip[role=status]")

    @property
    def badge(self) -> Locator:
        return self.page.locator(".badge")

    def tick(self, text: str) -> Locator:
        """The delivery mark of the customer's message with this text."""
        return self.page.locator("[role=log] .row.customer", has_text=text).get_by_role("img")
