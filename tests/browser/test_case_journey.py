"""One agent works a case from end to end: reads, asks why, corrects, labels, leaves a note, and looks back."""

from __future__ import annotations

import re
import time

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import expect

from support import case_identifiers, db, escalate
from support.models import Channel, Conversation, Label, Notice, TurnTrace
from support.simulator import phones, pictures
from tests.browser.axe import serious_findings
from tests.browser.conftest import SignIn
from tests.browser.console_page import TABLET
from tests.house import House
from tests.support.journeys import write

pytestmark = pytest.mark.browser
STORY = "slt, mon transfert wave vers orange est pas arrivé, la référence c'est EFB.31570264"


def receipt(house: House) -> dict[str, str]:
    """A picture on a simulated phone, as WhatsApp would name it."""
    number = "+2250700000001"
    phones.phone(number)
    sent = phones.write(number, "", [pictures.sample("recu-easytransfert.png")])
    base = f"{house.url}/simulator/twilio/2010-04-01/Accounts/{settings.TWILIO_ACCOUNT_SID}/Messages/{sent.sid}/Media"
    return {"kind": "image", "url": f"{base}/{sent.media[0]['sid']}", "content_type": "image/png"}


def answered(case: Conversation) -> None:
    """Until the assistant has answered everything, as it does in the running house."""
    for _ in range(300):
        case.refresh_from_db()
        if case.handled_seq == case.inbound_seq and TurnTrace.objects.filter(conversation=case).exists():
            return
        time.sleep(0.1)
    raise AssertionError("the assistant did not answer")


def test_an_agent_works_a_case_from_end_to_end(sign_in: SignIn, house: House) -> None:
    twin = write("bonjour", Channel.WEB, "visitor:9", display_name="Mariam K.").conversation
    digest = case_identifiers.digest("easytransfert_id", "EFB.31570264")
    case_identifiers.CaseIdentifier.objects.create(conversation=twin, slot="easytransfert_id", digest=digest)
    case = write(STORY, display_name="Konan").conversation
    answered(case)
    write("voici le reçu", kind="image", attachments=[receipt(house)])
    answered(case)
    with db.write():
        escalate.open_locked(Conversation.objects.get(id=case.id), "human_request", "high", "résumé")
    Label.objects.create(brand=case.brand, name="À rappeler", colour="amber")
    agent = sign_in()
    koffi = User.objects.create_user("koffi", first_name="Koffi", is_staff=True)
    koffi.groups.set(User.objects.get(username="awa").groups.all())
    page = agent.page
    agent.open_case(case.id)
    side = page.get_by_role("complementary", name="Fiche du cas")
    expect(side).to_contain_text("Même référence ouverte avec Mariam K.")
    agent.button("Prendre").click()
    expect(agent.composer).to_be_editable()

    page.get_by_role("button", name=re.compile("Pourquoi l'assistant a dit cela")).first.click()
    expect(agent.transcript).to_contain_text("Modèle de phrases")
    page.get_by_role("button", name=re.compile("Comparer")).first.click()
    expect(page.get_by_text("salut, mon transfert")).to_be_visible()
    page.get_by_role("button", name="Afficher l'image").click()
    expect(page.get_by_role("img", name="Image du message")).to_be_visible()
    expect(page.get_by_role("link", name="En grand")).to_be_visible()

    side.get_by_role("button", name="Corriger « Départ »").click()
    field = side.get_by_role("textbox", name="Nouvelle valeur de « Départ »")
    field.fill("peut-être")
    field.press("Enter")
    expect(side.get_by_role("alert")).to_contain_text("n'est pas reconnue")
    field.fill("mtn momo")
    field.press("Enter")
    expect(side).to_contain_text("saisi par awa")
    side.get_by_text("Historique (1)").click()
    expect(side).to_contain_text("Wave → MTN")

    side.get_by_role("button", name="Étiqueter").click()
    side.get_by_role("button", name="À rappeler").click()
    expect(side.get_by_role("button", name="Retirer l'étiquette À rappeler")).to_be_visible()

    page.locator("#transcript").focus()
    page.keyboard.press("n")
    note = page.get_by_role("textbox", name="Note interne pour l'équipe")
    expect(note).to_be_focused()
    expect(agent.composer).to_be_hidden()
    note.press_sequentially("à voir avec @kof")
    expect(page.get_by_role("option", name="@koffi")).to_be_visible()
    note.press("Enter")
    note.press_sequentially("demain")
    note.press("Control+Enter")
    expect(page.locator(".k-note-item")).to_contain_text("à voir avec @koffi demain")
    assert [notice.user for notice in Notice.objects.all()] == [koffi]
    assert not case.messages.filter(text__contains="koffi").exists()

    side.get_by_role("tab", name="Tout ce qui s'est passé").click()
    for words in ("a pris la conversation", "a mis l'étiquette « À rappeler »", "a corrigé une information : Départ"):
        expect(side).to_contain_text(words)
    assert serious_findings(page) == []
    page.set_viewport_size(TABLET["viewport"])
    side.get_by_role("tab", name="Fiche", exact=True).click()
    assert serious_findings(page) == []
    agent.button("Fiche du cas").click()
    expect(side).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert agent.problems == []
