"""What a waiting customer is promised, and who hears of it before and after it is broken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from support import db, escalate, house_words, promise_watch, promises, recent
from support.models import (
    AuditEvent,
    Escalation,
    Notice,
    Priority,
    PromiseEvent,
    ServiceLevel,
    Status,
)
from tests.support.journeys import BRAND, say, write
from tests.support.promises.conftest import Clock, answered, called
from tests.support.test_receive import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)
Staff = Callable[..., User]
THURSDAY_EVENING = datetime(2026, 12, 24, 17, 50, tzinfo=UTC)
MONDAY = datetime(2026, 12, 28, 8, tzinfo=UTC)


def level(kind: str = "", priority: int | None = None, **minutes: Any) -> None:
    given = {"first_reply": 10, "next_reply": 20, "resolution": 60, **minutes}
    ServiceLevel.objects.create(brand=BRAND, kind=kind, priority=priority, **given)
    recent.forget()


def told() -> list[tuple[str, str]]:
    return sorted(Notice.objects.values_list("user__username", "kind"))


@pytest.mark.parametrize(("priority", "minutes"), [("urgent", 5), ("high", 15), ("normal", 30), ("low", 240)])
def test_without_rows_the_houses_own_levels_hold(now: Clock, priority: Any, minutes: int) -> None:
    assert called(priority=priority).due_at == now() + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("kind", "priority", "minutes"),
    [("refund", 0, 1), ("refund", 2, 2), ("fees", 0, 3), ("fees", 2, 4)],
    ids=["both named", "the kind", "the priority", "neither"],
)
def test_the_row_that_names_most_holds(kind: str, priority: int, minutes: int, db: None) -> None:
    level(first_reply=4)
    level(priority=0, first_reply=3)
    level("refund", first_reply=2)
    level("refund", 0, first_reply=1)
    assert promises.level_for(BRAND, kind, priority).first_reply == timedelta(minutes=minutes)


def test_a_night_and_a_holiday_do_not_count(now: Clock, office: Callable[..., None]) -> None:
    office(THURSDAY_EVENING + timedelta(days=1))
    now.time = THURSDAY_EVENING
    assert called().due_at == MONDAY + timedelta(minutes=20)
    assert not house_words.on_duty(BRAND, MONDAY - timedelta(minutes=1))
    assert house_words.on_duty(BRAND, MONDAY)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (MONDAY, None),
        (MONDAY - timedelta(hours=1), "aujourd'hui à 8 h"),
        (MONDAY + timedelta(hours=11), "demain à 8 h"),
        (THURSDAY_EVENING + timedelta(hours=1), "lundi à 8 h"),
        (THURSDAY_EVENING - timedelta(days=6, hours=-1), "lundi à 8 h"),
    ],
)
def test_who_calls_out_of_hours_is_told_when_people_are_back(
    moment: datetime, words: str | None, office: Callable[..., None]
) -> None:
    office(THURSDAY_EVENING + timedelta(days=1))
    assert house_words.back_at(BRAND, moment) == words


def test_the_assistant_says_when_people_are_back(now: Clock, office: Callable[..., None]) -> None:
    office(THURSDAY_EVENING + timedelta(days=1))
    now.time = THURSDAY_EVENING + timedelta(hours=1)
    [reply] = say("je veux parler à un conseiller svp")
    assert "ils reviennent lundi à 8 h." in reply.text


def test_a_promise_may_run_by_the_clock(now: Clock, office: Callable[..., None]) -> None:
    office()
    level(business_hours=False)
    now.time = THURSDAY_EVENING
    assert called().due_at == THURSDAY_EVENING + timedelta(minutes=10)


def test_a_customer_who_writes_again_is_promised_the_next_reply(now: Clock, staff: Staff) -> None:
    level()
    case = called()
    answered(case, staff("awa"))
    assert case.next_due_at is None
    first = now.passes(minutes=3)
    write("et alors ?")
    now.passes(minutes=3)
    write("vous êtes là ?")
    case.refresh_from_db()
    assert case.next_due_at == first + timedelta(minutes=20)
    answered(case, case.assignee or User())
    assert case.next_due_at is None


def test_time_spent_waiting_for_the_customer_is_not_held_against_the_resolution(now: Clock, staff: Staff) -> None:
    level()
    case = called()
    due = case.resolve_due_at
    answered(case, staff("awa"))
    Escalation.objects.update(status=Status.PENDING)
    now.passes(hours=5)
    assert promise_watch.look() == 0
    write("voilà la référence")
    case.refresh_from_db()
    assert due and case.resolve_due_at == due + timedelta(hours=5)


def test_a_raised_priority_brings_promises_forward_and_never_puts_them_off(now: Clock) -> None:
    case = called(priority="low")
    now.passes(minutes=1)
    with db.write():
        escalate.open_locked(case.conversation, "anger", "urgent", "")
    case.refresh_from_db()
    assert case.due_at == now() + timedelta(minutes=5)
    assert case.resolve_due_at == now() + timedelta(minutes=240)


def test_those_who_are_there_are_warned_once_before_it_is_late(now: Clock, staff: Staff) -> None:
    staff("awa"), staff("koffi", here=False), staff("chef", "supervisor", here=False)
    case = called()  # 30 minutes, a warning from 22:30 on
    now.passes(minutes=22)
    assert promise_watch.look() == 0
    now.passes(minutes=1)
    assert (promise_watch.look(), promise_watch.look()) == (1, 0)
    assert told() == [("awa", "warning")]
    case.refresh_from_db()
    assert (case.warned_at, case.breached_at) == (now(), None)


def test_with_nobody_there_a_supervisor_is_warned(now: Clock, staff: Staff) -> None:
    staff("awa", here=False), staff("chef", "supervisor", here=False)
    called()
    now.passes(minutes=25)
    promise_watch.look()
    assert told() == [("chef", "warning")]


def test_who_has_the_case_is_warned_alone(now: Clock, staff: Staff) -> None:
    awa = staff("awa")
    staff("koffi")
    escalate.take(called().conversation_id, awa)
    now.passes(minutes=25)
    promise_watch.look()
    assert told() == [("awa", "warning")]


def test_of_two_workers_one_tells_of_a_broken_promise(now: Clock, staff: Staff) -> None:
    awa = staff("awa")
    staff("chef", "supervisor", here=False)
    case = called()
    escalate.take(case.conversation_id, awa)
    now.passes(minutes=31)
    assert sorted(in_parallel(2, lambda _: promise_watch.look())) == [0, 1]
    assert told() == [("awa", "breach"), ("chef", "breach")]
    case.refresh_from_db()
    assert (case.priority, case.breached_at) == (Priority.HIGH, now())
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["take", "sla_breached"]
    now.passes(minutes=10)
    assert promise_watch.look() == 0


def test_each_promise_of_a_case_is_told_of_in_its_turn(now: Clock, staff: Staff) -> None:
    level()
    case = called()
    answered(case, staff("awa"))
    for _ in range(2):
        now.passes(minutes=1)
        write("et alors ?")
        now.passes(minutes=16)
        assert promise_watch.look() == 1
        answered(case, case.assignee or User())
    now.passes(minutes=30)
    promise_watch.look()
    events = PromiseEvent.objects.order_by("id").values_list("promise", "step")
    assert list(events) == [("next_reply", "warned"), ("next_reply", "warned"), ("resolution", "breached")]


def test_a_reply_in_time_is_never_told_of(now: Clock, staff: Staff) -> None:
    answered(called(), staff("awa"))
    now.passes(hours=3)
    assert promise_watch.look() == 0


@pytest.mark.parametrize("cases", [2, 8])
def test_looking_takes_as_many_queries_for_many_cases(
    now: Clock, cases: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for number in range(cases):
        called(f"+225070000001{number}")
    with django_assert_num_queries(2):
        assert promise_watch.look() == 0
