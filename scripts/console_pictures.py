"""Takes the pictures of docs/console/ from a running demonstration: scripts/console_pictures.py URL PASSWORD FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
DESKTOP, TABLET, PHONE = (1440, 900), (1024, 768), (360, 760)
SUPERVISOR = {
    "tableau": "/admin/tableau/",
    "rapports": "/admin/rapports/",
    "rapports-repartition": "/admin/rapports/repartition/",
    "rapports-promesses": "/admin/rapports/promesses/",
    "rapports-francs": "/admin/rapports/francs/",
    "incidents": "/admin/incidents/",
    "assistant": "/admin/assistant/",
    "lecons": "/admin/support/lesson/",
    "delais": "/admin/support/servicelevel/",
    "journal": "/admin/support/auditevent/",
}


def main(url: str, password: str, folder: Path) -> None:
    """Every picture, one sign-in a person."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        agent(browser, url, password, folder)
        supervisor(browser, url, password, folder)
        administrator(browser, url, password, folder)
        browser.close()


def agent(browser: Browser, url: str, password: str, folder: Path) -> None:
    """The queue and a case, as an agent sees them."""
    page = signed_in(browser, url, "awa", password, DESKTOP)
    live(page)
    shoot(page, folder, "file")
    page.locator(".k-row input[type=checkbox]").first.check()
    page.wait_for_timeout(400)
    shoot(page, folder, "file-en-lot")
    page.locator(".k-row input[type=checkbox]").first.uncheck()
    page.locator("#search-text").fill("argent")
    page.wait_for_timeout(1500)
    shoot(page, folder, "recherche")
    page.keyboard.press("Escape")
    page.goto(f"{url}/admin/file/")
    live(page)
    page.locator(".k-row .k-open").first.click()
    live(page)
    if page.locator("#take").is_visible() and page.locator("#take").is_enabled():
        page.locator("#take").click()
        page.wait_for_timeout(1500)
    shoot(page, folder, "cas")
    page.locator("#text").fill("/")
    page.wait_for_timeout(1200)
    shoot(page, folder, "reponses-pretes")
    page.locator("#text").fill("")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_timeout(600)
    shoot(page, folder, "note")
    page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
    page.wait_for_timeout(600)
    shoot(page, folder, "cas-tablette")


def supervisor(browser: Browser, url: str, password: str, folder: Path) -> None:
    """Board, reports, incidents, as a supervisor sees them."""
    page = signed_in(browser, url, "mariam", password, DESKTOP)
    for name, address in SUPERVISOR.items():
        page.goto(f"{url}{address}")
        page.wait_for_timeout(1500)
        shoot(page, folder, name)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for name in ("tableau", "rapports"):
        page.goto(f"{url}{SUPERVISOR[name]}")
        page.wait_for_timeout(1500)
        shoot(page, folder, f"{name}-telephone")


def administrator(browser: Browser, url: str, password: str, folder: Path) -> None:
    """Accounts and sessions."""
    page = browser.new_context(locale="fr-FR", viewport={"width": DESKTOP[0], "height": DESKTOP[1]}).new_page()
    page.goto(f"{url}/admin/login/")
    shoot(page, folder, "connexion")
    page = signed_in(browser, url, "admin", password, DESKTOP)
    for name, address in {"comptes": "/admin/accounts/", "sessions": "/admin/accounts/sessions/"}.items():
        page.goto(f"{url}{address}")
        page.wait_for_timeout(800)
        shoot(page, folder, name)


def signed_in(browser: Browser, url: str, name: str, password: str, size: tuple[int, int]) -> Page:
    """A browser of ``name``, on the first page."""
    context = browser.new_context(locale="fr-FR", viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.goto(f"{url}/admin/")
    page.locator("#id_username").fill(name)
    page.locator("#id_password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login/" not in address)
    page.wait_for_load_state("networkidle")
    return page


def live(page: Page) -> None:
    """Wait until the page is fed by the socket."""
    page.get_by_text("En direct").first.wait_for(timeout=30_000)
    page.wait_for_timeout(1200)


def shoot(page: Page, folder: Path, name: str) -> None:
    """What the window shows."""
    page.screenshot(path=folder / f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), sys.argv[2], Path(sys.argv[3]))
