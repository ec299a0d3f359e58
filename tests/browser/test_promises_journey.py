"""Promises and satisfaction in a real browser: a supervisor sets hours, an agent helps, the customer gives a score."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, expect

from support import clock, promise_watch
from support.models import Conversation, Escalation, Notice, Owner, Satisfaction
from tests.browser.axe import serious_findings
from tests.browser.conftest import SignIn
from tests.browser.console_page import TABLET
from tests.browser.test_console import waiting
from tests.house import House

pytestmark = pytest.mark.browser


def test_a_promise_is_watched_and_a_customer_says_how_it_was(
    sign_in: SignIn, house: House, new_context: Callable[..., BrowserContext]
) -> None:
    chief = sign_in("chef", "supervisor")
    chief.page.goto(f"{chief.url}/admin/support/desksettings/add/")
    chief.page.get_by_label("Lundi").fill("le matin")
    chief.button("Enregistrer").click()
    expect(chief.page.get_by_text("Écrivez par exemple 08:00-12:00").first).to_be_visible()
    chief.page.get_by_label("Lundi").fill("08:00-12:00 14:00-18:00")
    assert serious_findings(chief.page) == []
    chief.button("Enregistrer").click()
    expect(chief.page.get_by_text("ouvert").first).to_be_visible()

    customer = new_context().new_page()
    customer.goto(house.url)
    customer.locator(".launcher").click()
    customer.get_by_role("textbox").fill("je veux parler à quelqu'un")
    customer.get_by_role("textbox").press("Enter")
    agent = sign_in(**TABLET)
    agent.section("waiting").get_by_role("button", name="Prendre").click(timeout=20_000)
    agent.reply("Bonjour, c'est réglé.")
    expect(customer.get_by_role("log")).to_contain_text("c'est réglé")
    agent.button("Terminer").click()

    expect(customer.get_by_role("log")).to_contain_text("Sur une échelle de 1 (mauvais) à 5 (très bon)")
    customer.get_by_role("button", name="Plutôt mauvais").click()
    expect(customer.get_by_role("log")).to_contain_text("Merci de nous l'avoir dit.")
    conversation = Conversation.objects.get()
    assert (Satisfaction.objects.get().score, conversation.owner) == (2, Owner.NOBODY)
    assert Notice.objects.get(user__username="chef").kind == "low_score"

    case = waiting()
    Escalation.objects.filter(conversation=case).update(
        opened_at=clock.now() - timedelta(minutes=25), due_at=clock.now() + timedelta(minutes=5)
    )
    promise_watch.look()
    assert Notice.objects.filter(kind="warning", conversation=case).count() >= 1

    chief.page.goto(f"{chief.url}/admin/support/satisfaction/")
    expect(chief.page.get_by_text("2 sur 5").first).to_be_visible()
    assert serious_findings(chief.page) == []
    assert agent.problems == chief.problems == []
