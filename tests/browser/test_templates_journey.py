"""Outside the 24 hours: a template is chosen and goes before the reply; then the case goes back with an order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from support import clock
from support.models import Claim, Conversation, Customer, Delivery, SimulatedMessage, SimulatedPhone
from tests.browser.axe import serious_findings
from tests.browser.conftest import SignIn
from tests.browser.console_page import TABLET
from tests.browser.test_console import waiting
from tests.support.journeys import NUMBER

pytestmark = pytest.mark.browser


def test_a_template_is_chosen_filled_and_sent_once_and_the_assistant_gets_its_order(sign_in: SignIn) -> None:
    phone = SimulatedPhone.objects.create(number=NUMBER, name="Mariam")  # the provider has heard the customer too
    SimulatedMessage.objects.create(sid="SM1", phone=phone, from_phone=True, status="received", at=clock.now())
    case = waiting()
    Customer.objects.filter(id=case.customer_id).update(display_name="Mariam")
    Claim.objects.create(
        number="AK-204-7318", customer=case.customer, conversation=case, kind="not_received", slots={},
        filed_at=clock.now(), changed_at=clock.now(),
    )  # fmt: skip
    agent = sign_in(**TABLET)
    page = agent.page
    agent.open_case(case.id)
    agent.button("Prendre").click()
    expect(agent.composer).to_be_editable()
    Conversation.objects.filter(id=case.id).update(window_from=clock.now() - timedelta(hours=25))
    page.reload()
    choice = page.get_by_label("Tout de suite, par modèle")
    expect(agent.button("Envoyer le modèle")).to_be_enabled()
    expect(choice.locator("option[disabled]")).to_have_text(
        ["Il manque une information (il manque : le montant)", "Dossier réglé (pas encore approuvé)"]
    )
    choice.select_option("nouvelles")
    expect(page.locator("#window-text")).to_contain_text(
        "Bonjour Mariam, nous avons des nouvelles de votre dossier AK-"
    )
    agent.composer.fill("C'est remboursé.")
    assert serious_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    agent.composer.press("Control+Enter")
    expect(agent.stored("Modèle WhatsApp « Du nouveau sur son dossier »")).to_be_visible()
    expect(agent.stored("C'est remboursé.")).to_contain_text("partira dès que le client écrit")
    expect(page.locator("#window-plan")).to_contain_text("Un autre modèle pourra partir")
    expect(choice).to_have_count(0)
    invited = case.messages.get(template="nouvelles")
    assert invited.delivery not in (Delivery.FAILED, Delivery.HELD)

    page.get_by_role("button", name="Rendre avec une consigne").click()
    page.get_by_label("Ne plus proposer de conseiller").check()
    page.get_by_label("Note pour l'assistant").fill("Client fâché depuis hier : rester très courtois.")
    assert serious_findings(page) == []
    page.locator("#instruct").get_by_role("button", name="Rendre", exact=True).click()
    expect(page.get_by_role("heading", name="File d'attente")).to_be_visible()
    agent.open_case(case.id)
    card = page.get_by_role("tabpanel", name="Fiche")
    expect(card).to_contain_text("Ne propose plus de conseiller, sauf si le client en demande un.")
    expect(card).to_contain_text("rester très courtois")
    assert serious_findings(page) == []
    assert agent.problems == []
