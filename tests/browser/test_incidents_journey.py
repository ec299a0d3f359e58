"""A bad morning in real browsers: the radar sees it, one click declares it, customers are told; then people only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from support import clock
from support.models import Channel, Claim, Conversation, Escalation, Incident, IncidentCase, Message
from support.recent import CHECK_SECONDS
from tests.browser.axe import serious_findings
from tests.browser.conftest import SignIn
from tests.browser.console_page import DESKTOP, TABLET
from tests.house import House
from tests.support.journeys import write

pytestmark = pytest.mark.browser
SECONDS = 20_000
HIT = "j'ai fait orange vers wave, mon argent est parti et n'est pas arrivé"
NOTICE = "Les transferts Orange vers Wave sont ralentis en ce moment"
CLOSING = "Les transferts Orange vers Wave fonctionnent de nouveau"


def growth(customers: int, claims: int) -> list[Conversation]:
    """Claims of the last minutes between two operators, where there were none before."""
    hit = [write("bonjour", Channel.WHATSAPP, f"+225070000001{n}").conversation for n in range(customers)]
    at = clock.now() - timedelta(minutes=5)
    Conversation.objects.update(handled_seq=1)
    Claim.objects.bulk_create(
        Claim(
            number=f"AK-{number:03}-0000", customer=hit[number % customers].customer,
            conversation=hit[number % customers], kind="debited_not_received", from_operator="Orange",
            to_operator="Wave", filed_at=at, changed_at=at,
        )
        for number in range(claims)
    )  # fmt: skip
    return hit


class Customer:
    """Somebody with the widget open."""

    def __init__(self, page: Page, house: House) -> None:
        self.page = page
        page.goto(house.url)
        page.locator(".launcher").click()

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def says(self, text: str) -> None:
        self.page.get_by_role("textbox").fill(text)
        self.page.get_by_role("textbox").press("Enter")

    def reads(self, text: str) -> None:
        expect(self.log).to_contain_text(text, timeout=SECONDS)


def fits(page: Page) -> None:
    """No serious finding and nothing out of sight, on the desk and on a tablet."""
    for screen in (TABLET, DESKTOP):
        page.set_viewport_size(screen["viewport"])
        assert serious_findings(page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url


def settled(page: Page) -> None:
    """Until every process has read what was set: each looks at most every two seconds."""
    page.wait_for_timeout(CHECK_SECONDS * 1000 + 100)


def turn(page: Page, mode: str, reason: str) -> None:
    """Set what the assistant does on the web channel."""
    page.get_by_label("Canal").select_option("web")
    page.get_by_label("L'assistant").select_option(label=mode)
    page.get_by_label("Pourquoi").fill(reason)
    page.get_by_role("button", name="Régler", exact=True).click()
    expect(page.get_by_text("Réglé : l'assistant suit")).to_be_visible()
    settled(page)


def test_an_incident_from_the_radar_to_the_last_message_and_the_switch(
    sign_in: SignIn, house: House, new_context: Callable[..., BrowserContext]
) -> None:
    hit = growth(customers=3, claims=6)
    lead = sign_in("mariam", "supervisor")
    page = lead.page
    page.goto(f"{lead.url}/admin/incidents/")
    expect(page.get_by_text("6 cas Orange → Wave")).to_be_visible()
    expect(page.get_by_text(NOTICE)).to_be_visible()
    fits(page)
    page.get_by_role("button", name="Déclarer l'incident").click()
    expect(page.get_by_text("Incident déclaré. 3 conversation(s) touchée(s)")).to_be_visible()
    expect(page.get_by_text("Incident déjà déclaré")).to_be_visible()
    settled(page)

    customer = Customer(new_context().new_page(), house)
    customer.says(HIT)
    customer.reads(NOTICE)
    customer.reads("référence")

    page.reload()
    expect(page.get_by_text("4 conversation(s) touchée(s), 1 prévenue(s)")).to_be_visible()
    page.get_by_text("Clore l'incident").click()
    expect(page.get_by_label("Message à tous les clients touchés (vide")).to_have_value(
        f"{CLOSING} normalement. Merci de votre patience."
    )
    fits(page)
    page.get_by_role("button", name="Clore et prévenir 4 conversation(s)").click()
    expect(page.get_by_text("Incident clos. 4 client(s) seront prévenus.")).to_be_visible()
    customer.reads(CLOSING)
    page.reload()
    expect(page.get_by_text("fin dite à 4")).to_be_visible()
    assert IncidentCase.objects.filter(closing_told_at__isnull=False).count() == 4
    told = [message.conversation_id for message in Message.objects.all() if message.text.startswith(CLOSING)]
    assert len(told) == 4 and {one.id for one in hit} < set(told), "each once"
    assert Incident.objects.get().fixed_by is not None

    page.goto(f"{lead.url}/admin/assistant/")
    turn(page, "Personnes seulement", "relecture des réponses")
    expect(page.get_by_text("Web, tous les opérateurs")).to_be_visible()
    fits(page)
    other = Customer(new_context().new_page(), house)
    other.says(HIT)
    other.reads("une personne")
    assert Escalation.objects.get(conversation__channel="web").reason == "people_only"
    page.goto(f"{lead.url}/admin/file/")
    expect(lead.section("waiting").filter(has_text="Assistant en retrait")).to_have_count(1)

    page.goto(f"{lead.url}/admin/assistant/")
    turn(page, "Assistant complet", "réponses relues")
    third = Customer(new_context().new_page(), house)
    third.says(HIT)
    third.reads("référence")
    assert Escalation.objects.count() == 1
    assert lead.problems == []
