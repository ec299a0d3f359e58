"""What an agent does to a case, through the console's own addresses."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from support import escalate
from support.models import AuditEvent, Conversation, Escalation, Message, Owner
from support.privacy import audit

BrowserOf = Callable[[User | None], Client]
Waiting = Callable[..., Conversation]


def act(browser: Client, case: Conversation, name: str, body: Mapping[str, Any] | None = None) -> Any:
    return browser.post(f"/admin/file/{case.id}/{name}/", body or {}, "application/json")


def say(browser: Client, case: Conversation, text: str, client_id: uuid.UUID | None = None) -> Any:
    return act(browser, case, "reply", {"text": text, "client_id": str(client_id or uuid.uuid4())})


def test_an_agent_takes_answers_and_hands_back(awa: User, waiting: Waiting, browser_of: BrowserOf) -> None:
    browser, case = browser_of(awa), waiting()
    assert act(browser, case, "take").status_code == 204
    answer = say(browser, case, "Bonjour, je m'en occupe.")
    assert answer.status_code == 201 and answer.json()["text"] == "Bonjour, je m'en occupe."
    assert act(browser, case, "hand-back").status_code == 204
    case.refresh_from_db()
    assert (case.owner, case.agent) == (Owner.BOT, None)
    assert case.escalations.get().outcome == "handed_back"


def test_closing_ends_the_case(awa: User, waiting: Waiting, browser_of: BrowserOf) -> None:
    browser, case = browser_of(awa), waiting()
    act(browser, case, "take")
    assert act(browser, case, "close").status_code == 204
    case.refresh_from_db()
    assert case.owner == Owner.NOBODY


def test_the_same_reply_sent_twice_is_one_message(awa: User, waiting: Waiting, browser_of: BrowserOf) -> None:
    browser, case, client_id = browser_of(awa), waiting(), uuid.uuid4()
    act(browser, case, "take")
    first, second = say(browser, case, "bonjour", client_id), say(browser, case, "bonjour", client_id)
    assert first.json()["id"] == second.json()["id"]
    assert case.messages.filter(author="agent").count() == 1


@pytest.mark.parametrize("name", ["take", "reply", "hand-back", "close", "keep"])
def test_a_case_with_a_colleague_is_refused_with_their_name(
    name: str, awa: User, koffi: User, waiting: Waiting, browser_of: BrowserOf
) -> None:
    case = waiting()
    escalate.take(case.id, koffi)
    answer = act(browser_of(awa), case, name, {"text": "bonjour", "client_id": str(uuid.uuid4())})
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["status"] == 409 and problem["agent"]["name"] == "Koffi" and "conversation" in problem["detail"]
    case.refresh_from_db()
    assert case.agent == koffi and not case.messages.filter(author="agent").exists()


@pytest.mark.parametrize("name", ["reply", "hand-back", "close", "keep"])
def test_a_case_nobody_has_must_be_taken_first(name: str, awa: User, waiting: Waiting, browser_of: BrowserOf) -> None:
    answer = act(browser_of(awa), waiting(), name, {"text": "bonjour", "client_id": str(uuid.uuid4())})
    assert answer.status_code == 409 and "Prenez d'abord" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"{", "JSON"),
        (b"[1]", "objet"),
        (b"[" * 100_000, "JSON"),
        (b"{}", "vide"),
        (b'{"text": "  \\u0000 "}', "vide"),
        (b'{"text": 12}', "vide"),
        (b'{"text": "bonjour"}', "client_id"),
        (b'{"text": "bonjour", "client_id": "12"}', "client_id"),
        (b'{"text": "\\ud800", "client_id": "018f0000-0000-7000-8000-000000000000"}', "caract"),
        (b'{"text": "' + b"a" * 4001 + b'", "client_id": "018f0000-0000-7000-8000-000000000000"}', "4000"),
        (b"\xff\xfe", "JSON"),
    ],
    ids=["cut", "list", "deep", "empty", "blank", "number", "no id", "bad id", "surrogate", "too long", "bytes"],
)
def test_a_body_that_cannot_be_used_is_refused_and_nothing_is_written(
    body: bytes, detail: str, awa: User, waiting: Waiting, browser_of: BrowserOf
) -> None:
    browser, case = browser_of(awa), waiting()
    act(browser, case, "take")
    answer = browser.post(f"/admin/file/{case.id}/reply/", body, "application/json")
    assert answer.status_code == 422 and detail in answer.json()["detail"]
    assert not case.messages.filter(author="agent").exists()


def test_keeping_a_case_makes_its_lease_longer(awa: User, waiting: Waiting, browser_of: BrowserOf) -> None:
    browser, case = browser_of(awa), waiting()
    act(browser, case, "take")
    before = case.escalations.get().lease_until
    assert act(browser, case, "keep").status_code == 204
    after = case.escalations.get().lease_until
    assert before and after and after > before


def test_seeing_a_whole_number_is_written_into_the_audit_trail(
    awa: User, waiting: Waiting, browser_of: BrowserOf
) -> None:
    case = waiting()
    why = {"reason": "other", "note": "le 0700000001 rappelle"}
    assert act(browser_of(awa), case, "reveal", why).status_code == 200
    event = AuditEvent.objects.get(action="reveal")
    assert (event.actor, event.target) == (awa, f"conversation:{case.id}")
    assert event.details["reason"] == "other" and "rappelle" in event.details["note"]
    assert "0700000001" not in event.details["note"]
    assert audit.first_break() is None


@pytest.mark.parametrize(
    "said", [{}, {"reason": ""}, {"reason": "because"}, {"reason": ["check_file"]}, {"reason": "other", "note": "  "}]
)
def test_no_number_is_shown_without_a_reason(
    said: dict[str, object], awa: User, waiting: Waiting, browser_of: BrowserOf
) -> None:
    answer = act(browser_of(awa), waiting(), "reveal", said)
    assert answer.status_code == 422 and "token" not in answer.json()
    assert not AuditEvent.objects.filter(action="reveal").exists()


def test_twenty_agents_who_take_at_once_leave_one_owner(
    staff: Callable[..., User], waiting: Waiting, browser_of: BrowserOf
) -> None:
    case = waiting()
    browsers = [browser_of(staff(f"agent{number}")) for number in range(20)]

    def take(browser: Client) -> int:
        try:
            return int(act(browser, case, "take").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(pool.map(take, browsers))
    assert statuses == [204] + [409] * 19
    case.refresh_from_db()
    assert case.owner == Owner.AGENT
    assert Escalation.objects.get(conversation=case).assignee == case.agent
    assert AuditEvent.objects.filter(action="take").count() == 1 and audit.first_break() is None


def test_replies_of_two_agents_never_cross(awa: User, koffi: User, waiting: Waiting, browser_of: BrowserOf) -> None:
    cases = {awa: waiting(address="+2250700000001"), koffi: waiting(address="+2250700000002")}

    def work(user: User) -> None:
        browser = browser_of(user)
        try:
            act(browser, cases[user], "take")
            for number in range(10):
                say(browser, cases[user], f"{user.username} {number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, cases))
    for user, case in cases.items():
        replies = Message.objects.filter(conversation=case, author="agent").order_by("seq")
        assert [reply.text for reply in replies] == [f"{user.username} {number}" for number in range(10)]
        assert {reply.agent for reply in replies} == {user}
