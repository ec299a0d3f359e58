"""A senior says that two contacts are one person, sees both on one card, and takes it back; by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from support.models import Channel
from support.search import index
from tests.browser.axe import serious_findings
from tests.browser.conftest import SignIn
from tests.browser.console_page import TABLET
from tests.browser.test_console import waiting
from tests.support.journeys import write

pytestmark = pytest.mark.browser
NAME = 'Mariam <img src=x onerror="hacked()">'


def test_two_contacts_become_one_and_two_again(sign_in: SignIn) -> None:
    case = waiting("c'est encore moi", "+2250700000001", name="K" * 80)
    other = write("bonjour", Channel.WEB, "visitor:9", display_name=NAME).conversation
    index.index_due()
    lea = sign_in("lea", "senior", **TABLET)
    page = lea.page
    lea.open_case(case.id)
    side = page.get_by_role("complementary", name="Fiche du cas")
    side.get_by_role("button", name="Réunir avec un autre contact").press("Enter")
    dialog = page.get_by_role("dialog", name="Réunir avec un autre contact")
    page.keyboard.type("mariam")
    expect(dialog.get_by_role("button", name=NAME)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("•••• 0001")
    assert serious_findings(page) == []
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("Dites pourquoi")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(side).to_contain_text(f"connu avant comme « {NAME} »")
    expect(dialog).to_be_hidden()
    side.get_by_role("tab", name="Tout ce qui s'est passé").click()
    expect(side).to_contain_text("a réuni ce contact avec un autre")

    lea.open_case(other.id)
    expect(side).to_contain_text("Réuni à la main")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "a long name keeps to its place"
    side.get_by_role("button", name="Séparer ce contact").press("Enter")
    page.get_by_role("dialog", name="Séparer ce contact ?").get_by_role("button", name="Séparer").press("Enter")
    expect(side).not_to_contain_text("Réuni à la main")
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    assert lea.problems == []
