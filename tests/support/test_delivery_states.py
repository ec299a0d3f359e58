"""Delivery states: any order of news ends in the same place."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest

from support.delivery.plan import RETRY_SECONDS, Reconcile, Send, Settled, Wait, next_step, state_of
from support.delivery.states import FROM_TWILIO, RANK, later, whole
from support.models import Attempt, Delivery

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_every_permutation_of_news_ends_in_one_state(size: int) -> None:
    for statuses in itertools.combinations_with_replacement(FROM_TWILIO, size):
        ends = {
            reduce(later, (FROM_TWILIO[status] for status in order), Delivery.SENDING)
            for order in itertools.permutations(statuses)
        }
        assert len(ends) == 1


@pytest.mark.parametrize("status", FROM_TWILIO)
def test_read_never_goes_back(status: str) -> None:
    assert later(Delivery.READ, FROM_TWILIO[status]) == Delivery.READ


def test_a_failure_can_follow_sent_but_not_delivered() -> None:
    assert later(Delivery.SENT, Delivery.FAILED) == Delivery.FAILED
    assert later(Delivery.DELIVERED, Delivery.FAILED) == Delivery.DELIVERED


def test_every_state_has_a_rank() -> None:
    assert set(RANK) == set(Delivery)


def test_a_message_is_only_as_far_as_its_slowest_part() -> None:
    assert whole([Delivery.READ, Delivery.SENT]) == Delivery.SENT
    assert whole([Delivery.READ, Delivery.FAILED]) == Delivery.FAILED


def attempt(part: int, number: int, state: Delivery, *, age: float = 0, permanent: bool = False) -> Attempt:
    at = NOW - timedelta(seconds=age)
    return Attempt(part=part, number=number, state=state, started_at=at, settled_at=at, permanent=permanent)


def test_parts_leave_in_order() -> None:
    assert next_step(2, [], NOW) == Send(0, 1)
    assert next_step(2, [attempt(0, 1, Delivery.SENT)], NOW) == Send(1, 1)
    assert next_step(2, [attempt(0, 1, Delivery.SENT), attempt(1, 1, Delivery.READ)], NOW) == Settled()


def test_a_send_in_doubt_is_never_sent_again_but_asked_about() -> None:
    for state in (Delivery.SENDING, Delivery.UNKNOWN):
        assert isinstance(next_step(1, [attempt(0, 1, state, age=1)], NOW), Wait)
        assert isinstance(next_step(1, [attempt(0, 1, state, age=60)], NOW), Reconcile)


def test_a_passing_failure_is_tried_again_after_a_growing_pause_and_then_no_more() -> None:
    for number, pause in enumerate(RETRY_SECONDS, start=1):
        failed = attempt(0, number, Delivery.FAILED, age=pause - 0.5)
        assert isinstance(next_step(1, [failed], NOW), Wait)
        assert next_step(1, [attempt(0, number, Delivery.FAILED, age=pause)], NOW) == Send(0, number + 1)
    last = attempt(0, len(RETRY_SECONDS) + 1, Delivery.FAILED, age=10_000)
    assert next_step(1, [last], NOW) == Settled()
    assert state_of(1, [last]) == Delivery.FAILED


def test_a_final_failure_is_not_tried_again() -> None:
    failed = attempt(0, 1, Delivery.FAILED, age=10_000, permanent=True)
    assert next_step(2, [failed], NOW) == Settled()
    assert state_of(2, [failed]) == Delivery.FAILED


def test_a_message_stays_queued_until_every_part_has_left() -> None:
    assert state_of(2, [attempt(0, 1, Delivery.READ)]) == Delivery.QUEUED
    assert state_of(1, [attempt(0, 1, Delivery.FAILED)]) == Delivery.QUEUED
    assert state_of(1, [attempt(0, 1, Delivery.FAILED), attempt(0, 2, Delivery.DELIVERED)]) == Delivery.DELIVERED
