"""A rule written, tried and switched on; the next case finds its team by itself, and goes on to another by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, expect

from support.models import AuditEvent, Escalation, Label, Team
from tests.browser.conftest import SignIn
from tests.browser.console_page import TABLET
from tests.browser.looking import look
from tests.house import House

pytestmark = pytest.mark.browser
BRAND = "easytransfert"


def test_a_rule_sends_a_case_to_its_team_and_a_person_sends_it_on(
    sign_in: SignIn, house: House, new_context: Callable[..., BrowserContext]
) -> None:
    Label.objects.create(brand=BRAND, name="marchand", colour="blue")
    teams = [Team.objects.create(brand=BRAND, name=name) for name in ("Marchands", "Réclamations")]
    lead = sign_in("mariam", "supervisor", reduced_motion="reduce")
    awa = sign_in("awa", **TABLET, color_scheme="dark", reduced_motion="reduce")
    for team, member in zip(teams, ("awa", "mariam"), strict=True):
        team.members.add(User.objects.get(username=member))

    def customer_writes(text: str) -> None:
        customer = new_context().new_page()
        customer.goto(house.url)
        customer.locator(".launcher").click()
        customer.get_by_role("textbox").fill(text)
        customer.get_by_role("textbox").press("Enter")
        expect(customer.locator(".bubble, [role=log] > *").last).to_be_visible()

    customer_writes("je suis marchand, je veux parler à un conseiller")
    expect(awa.section("waiting")).to_have_count(1, timeout=20_000)

    page = lead.page
    page.goto(f"{house.url}/admin/support/rule/add/")
    page.get_by_label("Nom").fill("Marchands d'abord")
    page.get_by_label("Mots du client").fill("marchand, boutique")
    page.locator("#id_priority").select_option("1")
    page.locator("#id_team").select_option(label="Marchands")
    page.locator("#id_hours").fill("4")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Une mise en veille, et elle seule, demande un nombre d'heures.")).to_be_visible()
    look(lead, "rule-form-desktop")
    page.locator("#id_hours").fill("")
    page.locator("#id_label").select_option(label="marchand")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_role("heading", name="Ce qu'elle aurait fait")).to_be_visible()
    expect(page.locator(".r-count")).to_have_text(
        "Parmi les 200 dernières demandes, cela est arrivé à 1 ; elle aurait agi sur 1."
    )
    expect(page.locator(".r-table tbody tr")).to_contain_text(
        "priorité haute, équipe Marchands, étiquette « marchand »"
    )
    look(lead, "trial-desktop")
    lead.button("Mettre en service").click()
    expect(page.get_by_text("En service", exact=True)).to_be_visible()
    expect(awa.section("waiting").locator(".q-label")).to_have_count(0)

    customer_writes("dans ma boutique sa marche pas, passez moi une personne")
    chips = awa.section("waiting").locator(".q-label")
    expect(chips).to_have_text(["Marchands", "marchand"], timeout=20_000)
    expect(awa.section("waiting").first.locator(".k-priority")).to_have_text("Haute")
    expect(awa.page.locator(".q-bell-count")).to_have_text("1")
    awa.page.get_by_label("Équipe", exact=True).select_option(label="Marchands")
    expect(awa.page.locator(".k-row")).to_have_count(1)
    expect(awa.page.locator(".k-row .q-label")).to_have_text(["Marchands", "marchand"])
    look(awa, "queue-tablet-dark")

    awa.page.locator(".k-row .k-open").click()
    awa.is_live()
    expect(awa.page.locator("#owner")).to_have_text("File · Marchands")
    awa.button("Prendre").click()
    awa.button("Confier…").click()
    awa.page.locator("#give-people label").filter(has_text="Équipe Réclamations").click()
    awa.page.get_by_label("Note pour la suite").fill("Son transfert est en retard.")
    look(awa, "give-tablet-dark")
    awa.button("Confier").click()
    expect(awa.page.get_by_role("heading", name="File d'attente")).to_be_visible()

    case = Escalation.objects.get(team__name="Réclamations")
    page.goto(f"{house.url}/admin/file/")
    lead.is_live()
    page.get_by_label("Équipe", exact=True).select_option(label="Réclamations")
    expect(page.locator(".k-row")).to_have_count(1)
    expect(page.locator(".k-row .q-label").first).to_have_text("Réclamations")
    look(lead, "queue-desktop")
    lead.open_case(case.conversation_id)
    page.get_by_role("tab", name="Tout ce qui s'est passé").click()
    expect(page.locator(".k-event").filter(has_text="Règle : Marchands d'abord")).to_have_count(3)
    look(lead, "timeline-desktop")
    events = AuditEvent.objects.filter(target=f"conversation:{case.conversation_id}").order_by("id")
    assert [(event.actor_name, event.action) for event in events] == [
        *[("Règle : Marchands d'abord", act) for act in ("priority", "team", "label_added")],
        ("awa", "take"),
        ("awa", "team"),
    ]
    assert lead.problems == [] and awa.problems == []
