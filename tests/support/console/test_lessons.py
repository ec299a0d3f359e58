"""« Mal compris »: proposed on a message, approved by a supervisor, read so at once, a regression example for ever."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from chatbot.teaching import read, without_personal_data
from support import recent
from support.lessons import reading, trial, writing
from support.minds import with_template
from support.models import AuditEvent, Conversation, Lesson, LessonKind, LessonStatus, Message, Notice
from tests.support.console.conftest import Waiting

BRAND = "easytransfert"
WROTE = "mon gnonmi est bloqué depuis hier appelez moi au 07 00 00 00 01"


@pytest.fixture(autouse=True)
def _look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "CHECK_SECONDS", 0.0)


@pytest.fixture
def message(waiting: Waiting) -> Message:
    return waiting(WROTE).messages.get(seq=1)


@pytest.fixture
def mariam(staff: Callable[..., User]) -> User:
    return staff("mariam", "supervisor")


def word(message: Message, user: User, form: str = "gnonmi", standard: str = "argent") -> Lesson:
    return writing.propose(message, user, writing.Proposal(LessonKind.WORD, form, standard), with_template(BRAND))


def test_a_word_counts_everywhere_once_approved_and_not_before(message: Message, awa: User, mariam: User) -> None:
    row = word(message, awa)
    assert "argent" not in read(with_template(BRAND), WROTE)[0]
    writing.approve(row, mariam, with_template(BRAND))
    assert "mon argent est bloqué" in read(with_template(BRAND), WROTE)[0]
    assert "mon argent est bloqué" in reading.in_standard_french(BRAND, WROTE)
    writing.withdraw(row, mariam)
    assert "argent" not in read(with_template(BRAND), WROTE)[0]


def test_an_intent_counts_after_the_same_question_only(waiting: Waiting, awa: User, mariam: User) -> None:
    talk = waiting("ya foy quoi")
    said = writing.Proposal(LessonKind.INTENT, intent="transfer_not_received")
    row = writing.propose(talk.messages.get(seq=1), awa, said, with_template(BRAND))
    assert read(with_template(BRAND), "ya foy quoi")[1] != "transfer_not_received"
    writing.approve(row, mariam, with_template(BRAND))
    assert read(with_template(BRAND), "ya foy quoi")[1] == "transfer_not_received"
    assert read(with_template(BRAND), "bonjour")[1] == "greeting"


def test_no_number_and_no_name_is_kept(message: Message, awa: User) -> None:
    row = word(message, awa)
    assert "00 00 01" not in row.example and "gnonmi" in row.example
    assert without_personal_data("je suis Kouadio Yao, mon code est 1234") == without_personal_data(
        without_personal_data("je suis Kouadio Yao, mon code est 1234")
    )
    assert "1234" not in without_personal_data("mon code secret est 1234")


@pytest.mark.parametrize(
    ("form", "standard", "why"),
    [
        ("", "argent", "Donnez le mot"),
        ("pas là", "argent", "pas dans le message"),
        ("07 00 00", "argent", "ne s'apprend pas"),
        ("mon gnonmi est bloqué depuis", "argent", "4 mots au plus"),
    ],
)
def test_what_cannot_be_learnt_is_refused_in_french(
    message: Message, awa: User, form: str, standard: str, why: str
) -> None:
    with pytest.raises(writing.NotAllowed, match=why):
        word(message, awa, form, standard)
    assert not Lesson.objects.exists()


def test_a_lesson_too_wide_is_refused_with_an_example(message: Message, awa: User, mariam: User) -> None:
    Message.objects.filter(id=message.id).update(text="remboursement")
    message.refresh_from_db()
    row = word(message, awa, "remboursement", "bonjour")
    with pytest.raises(writing.NotAllowed, match="Trop large"):
        writing.approve(row, mariam, with_template(BRAND))
    row.refresh_from_db()
    assert row.status == LessonStatus.PROPOSED


def test_a_lesson_that_breaks_another_is_refused(message: Message, awa: User, mariam: User) -> None:
    writing.approve(word(message, awa), mariam, with_template(BRAND))
    with pytest.raises(writing.NotAllowed, match="contredit une autre"):
        writing.approve(word(message, awa, "gnonmi", "téléphone"), mariam, with_template(BRAND))


def test_only_a_supervisor_decides_and_once(message: Message, awa: User, mariam: User) -> None:
    row = word(message, awa)
    with pytest.raises(writing.NotAllowed, match="superviseur"):
        writing.approve(row, awa, with_template(BRAND))
    assert Notice.objects.filter(user=mariam).count() == 1
    writing.reject(row, mariam)
    with pytest.raises(writing.NotAllowed, match="déjà"):
        writing.approve(row, mariam, with_template(BRAND))
    acts = list(AuditEvent.objects.values_list("action", flat=True))
    assert acts == ["lesson_proposed", "lesson_rejected"]


def test_every_approved_lesson_is_a_regression_example(message: Message, awa: User, mariam: User) -> None:
    row = word(message, awa)
    writing.approve(row, mariam, with_template(BRAND))
    out = StringIO()
    call_command("lessons", "check", stdout=out)
    assert "1 leçon(s) tenue(s) sur 1" in out.getvalue()
    out = StringIO()
    call_command("lessons", "export", stdout=out)
    assert out.getvalue().splitlines()[1].startswith("lexicon\tgnonmi\targent\t")
    Lesson.objects.filter(id=row.id).update(example="rien de tel")
    with pytest.raises(CommandError):
        call_command("lessons", "check", stdout=StringIO(), stderr=StringIO())
    assert trial.failures([Lesson.objects.get()], with_template(BRAND))


def test_the_console_proposes_and_the_admin_decides(
    message: Message, awa: User, mariam: User, browser_of: Callable[[User], Client]
) -> None:
    address = f"/admin/file/{message.conversation_id}/lesson/"
    body = {"message": str(message.id), "kind": "word", "form": "gnonmi", "standard": "argent"}
    answer = browser_of(awa).post(address, json.dumps(body), content_type="application/json")
    assert answer.status_code == 201
    row = Lesson.objects.get()
    bad = browser_of(awa).post(address, json.dumps({**body, "form": "zzz"}), content_type="application/json")
    assert bad.status_code == 422 and "pas dans le message" in bad.json()["detail"]
    page = f"/admin/support/lesson/{row.id}/change/"
    assert "changent de sens" in browser_of(mariam).get(page).content.decode()
    assert browser_of(mariam).post(page, {"support_lesson_approve": "1"}).status_code == 302
    row.refresh_from_db()
    assert row.status == LessonStatus.APPROVED and row.decided_by == mariam
    assert browser_of(awa).get(page).status_code == 403


def test_a_message_of_another_conversation_is_none(
    waiting: Waiting, message: Message, awa: User, browser_of: Callable[[User], Client]
) -> None:
    other: Conversation = waiting("bonjour", address="+2250700000002")
    body = {"message": str(message.id), "kind": "intent", "intent": "thanks"}
    answer = browser_of(awa).post(f"/admin/file/{other.id}/lesson/", json.dumps(body), content_type="application/json")
    assert answer.status_code == 422 and not Lesson.objects.exists()
