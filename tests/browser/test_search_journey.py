"""The search of the bar in a real browser: found while typing, chosen with the keyboard, opened at the message."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from support.models import Conversation, Owner
from support.search import index
from tests.browser.axe import serious_findings
from tests.browser.conftest import SignIn
from tests.browser.console_page import DESKTOP, TABLET
from tests.support.journeys import write

pytestmark = pytest.mark.browser
SCRIPT = '<img src=x onerror="window.hacked=1">'


@pytest.mark.parametrize("screen", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_an_agent_finds_a_reference_and_opens_the_case_at_its_message(
    screen: dict[str, object], sign_in: SignIn
) -> None:
    long_ago = write("la référence est efb 31570264, appelez le 07 00 00 00 12", display_name=f"Adjoua {SCRIPT}")
    for number in range(90):
        write(f"toujours rien, message {number}")
    write("autre chose avec transfert", address="+2250700000002")
    Conversation.objects.update(owner=Owner.NOBODY)  # the assistant of the house leaves them in peace
    while index.index_due():
        pass
    agent = sign_in(**screen)
    page = agent.page
    field, found = (
        page.get_by_role("combobox", name="Chercher une conversation"),
        page.locator("#search-found").get_by_role("option"),
    )

    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("EFB.3157")
    expect(page.get_by_text("Aucune conversation trouvée.")).to_be_visible()
    page.keyboard.type("0264")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("appelez le •••• 0012")
    expect(found.locator("mark")).to_have_text("efb 31570264")
    assert page.evaluate("window.hacked") is None
    assert serious_findings(page) == []

    page.keyboard.press("Escape")
    expect(found).to_be_hidden()
    field.fill("transfert")
    expect(found).to_contain_text("autre chose")
    field.fill("toujours rien adjoua")
    expect(found).to_contain_text("toujours rien")
    page.route("**/admin/file/search/", _refuse)
    field.fill("efb 31570264")
    expect(page.get_by_text("Le serveur a rencontré une erreur.")).to_be_visible()
    page.unroute("**/admin/file/search/")
    page.keyboard.press("ArrowDown")
    expect(found).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{agent.url}/admin/file/{long_ago.conversation_id}/#{long_ago.seq}")
    expect(page.locator("[data-seq='1']")).to_be_in_viewport()
    expect(page.locator("[data-seq='1']")).to_contain_text("efb 31570264")
    page.keyboard.press("/")
    field.fill("toujours")
    expect(found).to_have_count(1)
    assert serious_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert agent.problems == []


def _refuse(route: Route) -> None:
    route.fulfill(status=500, body="")
