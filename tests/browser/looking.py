"""What every journey asks of a screen before it goes on."""

from __future__ import annotations

import os
from pathlib import Path

from tests.browser.axe import serious_findings
from tests.browser.console_page import Console

PICTURES = os.environ.get("BROWSER_PICTURES")  # a folder: the screens are kept there, to be looked at


def look(console: Console, name: str) -> None:
    """No serious finding, nothing outside the screen; and a picture where somebody wants to see it."""
    if PICTURES:
        console.page.screenshot(path=Path(PICTURES) / f"{name}.png")
    assert serious_findings(console.page) == [], name
    assert console.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
