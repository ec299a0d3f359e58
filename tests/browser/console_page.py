"""What a member of staff does in the console and sees of it, by the names on the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page, expect

DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
TABLET: dict[str, Any] = {"viewport": {"width": 1024, "height": 768}}
PASSWORD = "un mot de passe de test"


@dataclass
class Console:
    """A browser tab with the console of the house at ``url``."""

    page: Page
    url: str
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda line: self._note(line.type, line.text))

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text and "WebSocket" not in text:
            self.problems.append(text)

    def sign_in(self, username: str) -> None:
        """Through the admin's door; lands on the queue."""
        self.page.goto(f"{self.url}/admin/")
        self.page.locator("#id_username").fill(username)
        self.page.locator("#id_password").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name="File d'attente")).to_be_visible()
        self.is_live()

    def is_live(self) -> None:
        expect(self.page.locator("#live-text")).to_have_text("En direct", timeout=20_000)

    def open_case(self, conversation: object) -> None:
        self.page.goto(f"{self.url}/admin/file/{conversation}/")
        self.is_live()

    def section(self, name: str) -> Locator:
        """Rows of « waiting », « mine » or « others »."""
        return self.page.locator(f"tbody[data-section={name}] .k-row")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def reply(self, text: str) -> None:
        self.composer.fill(text)
        self.composer.press("Control+Enter")

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Votre réponse au client")

    @property
    def transcript(self) -> Locator:
        return self.page.get_by_role("log")

    def stored(self, text: str) -> Locator:
        """Messages with ``text`` that the server has confirmed, not those on their way."""
        return self.page.locator(".k-message:not(.k-provisional)").filter(has_text=text)
