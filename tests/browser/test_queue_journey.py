"""A morning at the queue, in a real browser: filters, a saved view, many cases at once, a snooze, the bell."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from support import escalate, labelling, notices
from support.db import write as writing
from support.models import Escalation, Label, Notice, NoticeKind, SavedView, Status
from tests.browser.axe import serious_findings
from tests.browser.conftest import SignIn
from tests.browser.console_page import TABLET
from tests.browser.test_console import waiting

pytestmark = pytest.mark.browser


def tab(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{name}")).click()


def test_a_morning_at_the_queue(sign_in: SignIn) -> None:
    first, second, third = (waiting(f"message {n}", f"+225070000000{n}", name=f"Client {n}") for n in (1, 2, 3))
    urgent = Label.objects.create(brand=first.brand, name="VIP", colour="amber")
    koffi = User.objects.create_user("koffi", first_name="Koffi")
    escalate.take(third.id, koffi)
    labelling.put(first.id, koffi, urgent)
    awa = sign_in()
    page, rows = awa.page, awa.page.locator("#queue .k-row")
    expect(rows).to_have_count(3)

    page.get_by_label("Étiquette", exact=True).select_option("VIP")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Enregistrer la vue").click()
    page.get_by_label("Nom de la vue").fill("Mes VIP")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Mes VIP", exact=True)).to_have_attribute("aria-pressed", "true")
    assert SavedView.objects.get().filters["label"] == str(urgent.pk)
    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Effacer les filtres").click()
    expect(rows).to_have_count(3)

    page.keyboard.press("j")
    for key in "xjxjx":
        page.keyboard.press(key)
    expect(page.locator("#bulk-count")).to_have_text("3 choisies")
    assert serious_findings(page) == []
    page.get_by_role("toolbar").get_by_role("button", name="Prendre").click()
    expect(page.locator("#outcome")).to_contain_text("2 faites, 1 refusée")
    expect(awa.section("mine")).to_have_count(2)
    page.get_by_role("button", name="Tout laisser").click()

    awa.section("mine").first.get_by_role("link").focus()
    page.keyboard.press("z")
    assert serious_findings(page) == []
    page.get_by_role("button", name="Demain 8 h").click()
    expect(awa.section("mine")).to_have_count(1)
    tab(page, "En veille")
    expect(rows).to_have_count(1)
    assert Escalation.objects.get(status=Status.SNOOZED).conversation_id in {first.id, second.id}

    tab(page, "Ouvertes")
    tab(page, "Les miennes")
    rows.first.get_by_role("link").focus()
    page.keyboard.press("e")
    page.get_by_role("dialog").get_by_role("button", name="Terminer").click()
    expect(page.get_by_text("Vous n'avez aucune conversation ici.")).to_be_visible()
    tab(page, "Résolues")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Terminée")

    with writing():
        notices.tell([User.objects.get(username="awa")], NoticeKind.MENTION, third.id, "Koffi vous demande un avis")
    page.get_by_role("button", name="Avis : 1 à voir").click()
    assert serious_findings(page) == []
    page.get_by_role("link", name="Koffi vous demande un avis").click()
    expect(page.get_by_role("heading", name="Client 3")).to_be_visible()
    assert Notice.objects.filter(seen_at__isnull=True).count() == 0
    page.set_viewport_size(TABLET["viewport"])
    page.go_back()
    expect(rows).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert serious_findings(page) == [] and awa.problems == []
