"""Waiting cases find a person: by turns or the least loaded, never somebody away, full, or who has had it already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from support import assign, escalate, places, team
from support.assign import Wanted, choose
from support.models import (
    Assignment,
    AuditEvent,
    Availability,
    Conversation,
    DeskSettings,
    Escalation,
    Notice,
    Owner,
    TeamMember,
)
from support.tasks import sweep
from tests.support.console.conftest import Waiting
from tests.support.journeys import BRAND
from tests.support.test_receive import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)
TURN = datetime(2026, 1, 1, tzinfo=UTC)


def member(number: int, **more: object) -> team.Member:
    given: dict[str, object] = {
        "availability": "available",
        "here": True,
        "load": 0,
        "capacity": 2,
        "assigned_at": None,
        "skills": frozenset(),
        "languages": frozenset(),
    }
    return team.Member(user=User(pk=number), **(given | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("how", "members", "wanted", "chosen"),
    [
        pytest.param("round_robin", [member(1, assigned_at=TURN), member(2)], Wanted(), 2, id="who never had a turn"),
        pytest.param(
            "round_robin",
            [member(1, assigned_at=TURN), member(2, assigned_at=TURN - timedelta(hours=1), load=1)],
            Wanted(),
            2,
            id="the longest without a turn, whatever their load",
        ),
        pytest.param("least_loaded", [member(1, load=1), member(2, assigned_at=TURN)], Wanted(), 2, id="least loaded"),
        pytest.param("least_loaded", [member(1, assigned_at=TURN), member(2)], Wanted(), 2, id="a tie goes by turns"),
        pytest.param("round_robin", [member(1, load=2)], Wanted(), None, id="full"),
        pytest.param("round_robin", [member(1, here=False)], Wanted(), None, id="no page open"),
        pytest.param("round_robin", [member(1, availability="busy")], Wanted(), None, id="busy"),
        pytest.param("round_robin", [member(1, availability="away")], Wanted(), None, id="away"),
        pytest.param("round_robin", [member(1), member(2)], Wanted(had=(1,)), 2, id="had it already"),
        pytest.param(
            "round_robin",
            [member(1, skills=frozenset({"password"})), member(2, skills=frozenset({"refund"}))],
            Wanted("refund"),
            2,
            id="skill",
        ),
        pytest.param("round_robin", [member(1, skills=frozenset({"x"}))], Wanted(), 1, id="no kind asks no skill"),
        pytest.param(
            "round_robin",
            [member(1, languages=frozenset({"fr"})), member(2, languages=frozenset({"fr", "en"}))],
            Wanted(language="en"),
            2,
            id="language",
        ),
        pytest.param("round_robin", [], Wanted(), None, id="nobody"),
    ],
)
def test_who_gets_it(how: str, members: list[team.Member], wanted: Wanted, chosen: int | None) -> None:
    found = choose(members, wanted, how)
    assert (found.user.pk if found else None) == chosen


@pytest.mark.parametrize(
    ("text", "language"),
    [("Hello, my money is not received", "en"), ("mon argent n'est pas arrivé", "fr"), ("EFB.30858929", "")],
)
def test_the_language_is_told_by_everyday_words(text: str, language: str) -> None:
    assert assign.language_of(BRAND, text) == language


@pytest.fixture
def desk(transactional_db: None) -> DeskSettings:
    return DeskSettings.objects.create(brand=BRAND, assignment=Assignment.ROUND_ROBIN)


def owners() -> list[str | None]:
    rows = Conversation.objects.order_by("id").values_list("agent__username", flat=True)
    return list(rows)


def test_cases_go_round_to_those_who_are_there_until_all_are_full(
    desk: DeskSettings, awa: User, koffi: User, waiting: Waiting, staff: Callable[..., User]
) -> None:
    for user in (awa, koffi, auditor := staff("aya", "auditor")):
        team.see(user)
    TeamMember.objects.filter(user=koffi).update(capacity=1)
    TeamMember.objects.filter(user=awa).update(capacity=2)
    for number in range(4):
        waiting(address=f"+225070000000{number}")
    assert (assign.assign_waiting(), assign.assign_waiting()) == (3, 0)
    assert owners() == ["awa", "koffi", "awa", None]
    assert auditor.username not in owners(), "who may not act is given nothing"
    assert AuditEvent.objects.filter(action="assign", actor=None).count() == 3
    assert list(Notice.objects.order_by("at").values_list("kind", "user")) == [
        ("assigned", awa.pk), ("assigned", koffi.pk), ("assigned", awa.pk)
    ]  # fmt: skip


def test_a_brand_without_settings_works_by_hand(awa: User, waiting: Waiting) -> None:
    team.see(awa)
    waiting()
    assert assign.assign_waiting() == 0


def test_who_does_not_react_loses_it_to_the_next_and_is_not_asked_again(
    desk: DeskSettings, awa: User, koffi: User, waiting: Waiting
) -> None:
    for user in (awa, koffi):
        team.see(user)
    case = waiting()
    for expected in ("awa", "koffi", None):
        sweep()
        assert owners() == [expected]
        if expected:
            left = Escalation.objects.get().lease_until - timezone.now()  # type: ignore[operator]
            assert timedelta(seconds=110) < left <= timedelta(seconds=120)
            Escalation.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    case.refresh_from_db()
    assert case.owner == Owner.QUEUE and places.queue_position(case) == 1


def test_who_looks_at_it_keeps_it_as_long_as_anybody(desk: DeskSettings, awa: User, waiting: Waiting) -> None:
    team.see(awa)
    case = waiting()
    assign.assign_waiting()
    escalate.keep(case.id, awa)
    assert Escalation.objects.get().lease_until > timezone.now() + timedelta(minutes=14)  # type: ignore[operator]


def test_sweepers_at_once_give_each_case_once_and_fill_nobody_over(
    desk: DeskSettings, awa: User, koffi: User, waiting: Waiting
) -> None:
    for user in (awa, koffi):
        team.see(user)
    TeamMember.objects.update(capacity=2)
    for number in range(6):
        waiting(address=f"+225070000000{number}")
    results = in_parallel(4, lambda _: assign.assign_waiting())
    assert sum(results) == 4, results  # type: ignore[arg-type]
    assert sorted(filter(None, owners())) == ["awa", "awa", "koffi", "koffi"]


def test_the_number_of_queries_does_not_grow_with_the_team_or_the_queue(
    desk: DeskSettings, waiting: Waiting, staff: Callable[..., User]
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert assign.assign_waiting() == 0
        return len(seen)

    def add(number: int) -> None:
        team.see(user := staff(f"agent{number}"))
        TeamMember.objects.filter(user=user).update(availability=Availability.BUSY)
        waiting(address=f"+22507000000{number:02}")

    add(1)
    few = cost()
    for number in range(2, 8):
        add(number)
    assert cost() == few
