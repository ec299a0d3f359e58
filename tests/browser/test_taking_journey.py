"""Two agents and a customer: who is there, a case given unasked, seen together, passed on with a note, given back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from support.models import Assignment, AuditEvent, Conversation, DeskSettings, Owner
from tests.browser.conftest import SignIn
from tests.browser.console_page import TABLET
from tests.browser.looking import look
from tests.house import House

pytestmark = pytest.mark.browser


def test_a_case_finds_an_agent_goes_to_a_colleague_and_back_to_the_assistant(
    sign_in: SignIn, house: House, new_context: Callable[..., BrowserContext]
) -> None:
    DeskSettings.objects.create(brand="easytransfert", assignment=Assignment.ROUND_ROBIN)
    awa = sign_in(reduced_motion="reduce")
    koffi = sign_in("koffi", "senior", **TABLET, color_scheme="dark", reduced_motion="reduce")
    koffi.page.locator("#presence-button").click()
    expect(koffi.page.locator("#team li")).to_have_count(2)
    expect(koffi.page.locator("#team")).to_contain_text("Awa")
    koffi.page.get_by_label("Occupé").check()
    expect(koffi.page.locator("#presence-dot")).to_have_attribute("data-state", "busy")
    look(koffi, "presence-tablet-dark")
    koffi.page.keyboard.press("Escape")

    customer = new_context().new_page()
    customer.goto(house.url)
    customer.locator(".launcher").click()

    def write(text: str) -> None:
        customer.get_by_role("textbox").fill(text)
        customer.get_by_role("textbox").press("Enter")

    write("EFB.30858929 pas reçu, je veux parler à quelqu'un")
    expect(awa.section("mine")).to_have_count(1, timeout=20_000)
    conversation = Conversation.objects.get()
    awa.section("mine").get_by_role("link").click()
    expect(awa.page.locator("#hold-time")).to_contain_text("Réservée à vous encore 14 min", timeout=10_000)

    koffi.open_case(conversation.id)
    expect(koffi.page.locator("#hold-time")).to_contain_text("Réservée à Awa encore 14 min")
    expect(awa.page.locator("#viewers")).to_have_text("Koffi regarde")
    awa.composer.press_sequentially("Bonj")
    expect(koffi.page.locator("#viewers")).to_have_text("Awa écrit…")
    look(koffi, "watching-tablet-dark")

    koffi.button("Reprendre…").click()
    koffi.page.get_by_label("Le cas est devenu urgent").check()
    look(koffi, "take-over-tablet-dark")
    koffi.page.locator("#take-over").get_by_role("button", name="Reprendre").click()
    expect(awa.page.locator("#toast")).to_contain_text("maintenant avec Koffi. Votre brouillon est gardé.")
    expect(awa.composer).to_have_value("Bonj")
    koffi.reply("Bonjour, Koffi à votre écoute.")
    expect(customer.get_by_role("log")).to_contain_text("Koffi à votre écoute")

    koffi.button("Confier…").click()
    koffi.page.locator("#give-people label").filter(has_text="Awa").click()
    koffi.page.get_by_label("Note pour la suite").fill("Client pressé, il manque l'opérateur.")
    look(koffi, "give-tablet-dark")
    koffi.button("Confier").click()
    expect(koffi.page.get_by_role("heading", name="File d'attente")).to_be_visible()
    expect(awa.page.locator("#hold-note")).to_have_text("Koffi : « Client pressé, il manque l'opérateur. »")
    expect(awa.composer).to_be_editable()
    look(awa, "given-desktop")

    awa.page.locator("#instruct-button").click()
    awa.page.get_by_label("Demander maintenant ce qui manque").check()
    look(awa, "instruct-desktop")
    answered = conversation.messages.count()
    awa.button("Rendre").click()
    expect(awa.page.get_by_role("heading", name="File d'attente")).to_be_visible()
    spoken = conversation.messages.filter(seq__gt=answered)
    for _ in range(100):
        if spoken.exists():
            break
        customer.wait_for_timeout(100)
    assert [message.author for message in spoken.all()] == ["bot"], "one message, unasked"
    conversation.refresh_from_db()
    assert conversation.owner == Owner.BOT
    acts = AuditEvent.objects.order_by("id").values_list("action", flat=True)
    assert list(acts) == ["availability", "assign", "take_over", "transfer", "handed_back", "instruct"]
    assert awa.problems == [] and koffi.problems == []
