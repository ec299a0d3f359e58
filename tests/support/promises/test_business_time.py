"""Open time is counted minute by minute, over nights, week-ends and holidays."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.business_time import Span, Timetable, always

ABIDJAN = ZoneInfo("Africa/Abidjan")
OFFICE = [
    *(Span(day, time(8), time(12)) for day in range(1, 6)),
    *(Span(day, time(14), time(18)) for day in range(1, 6)),
]
XMAS = date(2026, 12, 25)  # a Friday
DESK = Timetable.of(ABIDJAN, OFFICE, [XMAS])
NEVER = Timetable.of(ABIDJAN, [])


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """December 2026; the 21st is a Monday."""
    return datetime(2026, 12, day, hour, minute, tzinfo=ABIDJAN)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [(at(21, 8), True), (at(21, 12), False), (at(21, 13), False), (at(21, 17, 59), True), (at(25, 9), False)],
    ids=["opens", "lunch begins", "lunch", "last minute", "holiday"],
)
def test_it_knows_whether_people_are_there(moment: datetime, is_open: bool) -> None:
    assert DESK.is_open(moment) is is_open


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        (at(21, 9), 30, at(21, 9, 30)),
        (at(21, 11, 50), 30, at(21, 14, 20)),
        (at(21, 17, 50), 30, at(22, 8, 20)),
        (at(21, 2), 30, at(21, 8, 30)),
        (at(24, 17, 50), 30, at(28, 8, 20)),
        (at(21, 8), 8 * 60, at(21, 18)),
    ],
    ids=["within", "over lunch", "over a night", "from the night", "over a holiday and a week-end", "a whole day"],
)
def test_minutes_are_counted_while_people_are_there(start: datetime, minutes: int, due: datetime) -> None:
    assert DESK.add(start, timedelta(minutes=minutes)) == due


def test_a_span_may_run_past_midnight() -> None:
    nights = Timetable.of(ABIDJAN, [Span(7, time(22), time(6))])
    assert nights.is_open(at(20, 23)) and nights.is_open(at(21, 5, 59)) and not nights.is_open(at(21, 6))
    assert nights.add(at(20, 22), timedelta(hours=5)) == at(21, 3)


@pytest.mark.parametrize("closes", [time(23, 59), time.max])
def test_the_last_minute_of_the_day_is_midnight(closes: time) -> None:
    desk = Timetable.of(ABIDJAN, [Span(1, time(22), closes), Span(2, time.min, time(6))])
    assert desk.add(at(21, 22), timedelta(hours=3)) == at(22, 1)


def test_it_says_when_people_are_back() -> None:
    assert DESK.next_opening(at(24, 20)) == at(28, 8)
    assert DESK.next_opening(at(21, 9)) == at(21, 9)
    assert NEVER.next_opening(at(21, 9)) is None


def test_of_a_desk_that_never_opens_the_clock_counts() -> None:
    assert NEVER.add(at(21, 9), timedelta(minutes=30)) == at(21, 9, 30)


def test_always_is_the_clock() -> None:
    assert always(ABIDJAN).never_closes
    assert always(ABIDJAN).add(at(21, 9), timedelta(days=3)) == at(24, 9)
    assert not Timetable.of(ABIDJAN, OFFICE).never_closes


FEW = settings(max_examples=40, deadline=None)
times = st.integers(0, 23).map(time)  # an hour a week at least: what is waited for comes within the horizon
spans = st.lists(st.builds(Span, st.integers(1, 7), times, times), min_size=1, max_size=6)
holidays = st.lists(st.dates(date(2026, 12, 20), date(2027, 1, 10)), max_size=4)
moments = st.timedeltas(timedelta(), timedelta(days=16)).map(lambda passed: at(20, 0) + passed)
amounts = st.timedeltas(timedelta(seconds=1), timedelta(hours=20))


@FEW
@given(spans, holidays, moments, amounts)
def test_what_is_added_lies_between(
    given_spans: list[Span], days: list[date], start: datetime, wait: timedelta
) -> None:
    desk = Timetable.of(ABIDJAN, given_spans, days)
    if desk.next_opening(start) is None:
        return
    due = desk.add(start, wait)
    assert due >= start + wait
    assert desk.between(start, due) == wait
    assert desk.is_open(due - timedelta(microseconds=1))


@FEW
@given(spans, holidays, moments, amounts, amounts)
def test_waiting_twice_is_waiting_for_both(
    given_spans: list[Span], days: list[date], start: datetime, one: timedelta, two: timedelta
) -> None:
    desk = Timetable.of(ABIDJAN, given_spans, days)
    if desk.next_opening(start) is not None:
        assert desk.add(desk.add(start, one), two) == desk.add(start, one + two)


@FEW
@given(spans, holidays, moments)
def test_people_are_back_at_the_first_open_instant(given_spans: list[Span], days: list[date], start: datetime) -> None:
    desk = Timetable.of(ABIDJAN, given_spans, days)
    back = desk.next_opening(start)
    if back is None:
        assert not desk.is_open(start)
    else:
        assert desk.is_open(back) and desk.between(start, back) == timedelta()
