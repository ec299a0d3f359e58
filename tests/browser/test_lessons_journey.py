"""« Mal compris » in a real browser: an agent proposes on a message, a supervisor approves, the next one is read so."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from support import db, escalate
from support.models import AuditEvent, Lesson
from tests.browser.axe import serious_findings
from tests.browser.conftest import SignIn
from tests.browser.console_page import TABLET
from tests.house import House
from tests.support.journeys import write

pytestmark = pytest.mark.browser


def test_a_word_is_taught_from_a_message_and_read_by_the_next(sign_in: SignIn, house: House) -> None:
    conversation = write("mon gnonmi est bloqué").conversation
    with db.write():
        escalate.open_locked(conversation, "human_request", "normal", "résumé")
    awa = sign_in()
    awa.open_case(conversation.id)
    awa.transcript.get_by_text("mon gnonmi est bloqué").first.hover()
    awa.page.get_by_role("button", name="Mal compris").click()
    dialog = awa.page.get_by_role("dialog", name="Mal compris")
    dialog.get_by_label("Tel que le client l'écrit").fill("gnonmis")
    dialog.get_by_label("En français courant").fill("argent")
    dialog.get_by_role("button", name="Proposer").click()
    expect(dialog.get_by_role("alert")).to_have_text("Ce mot n'est pas dans le message.")
    assert not serious_findings(awa.page)
    dialog.get_by_label("Tel que le client l'écrit").fill("gnonmi")
    dialog.get_by_role("button", name="Proposer").click()
    expect(awa.page.get_by_text("Proposition envoyée")).to_be_visible()

    mariam = sign_in("mariam", "supervisor", **TABLET)
    lesson = Lesson.objects.get()
    mariam.page.goto(f"{house.url}/admin/support/lesson/{lesson.id}/change/")
    expect(mariam.page.get_by_text("Rien ne s'y oppose.")).to_be_visible()
    assert not serious_findings(mariam.page)
    mariam.page.get_by_role("button", name="Approuver").click()
    expect(mariam.page.get_by_text("l'assistant en tient compte")).to_be_visible()

    other = write("bjr mon gnonmi est pas venu", address="+2250700000002").conversation
    for _ in range(20):  # every process looks at the table of lessons every two seconds
        awa.open_case(other.id)
        expect(awa.transcript).to_contain_text("bjr mon gnonmi")
        if "bonjour mon argent" in (awa.transcript.text_content() or ""):
            break
    else:
        raise AssertionError("the lesson is not read")
    assert AuditEvent.objects.filter(action="lesson_approved").count() == 1
    assert not awa.problems
