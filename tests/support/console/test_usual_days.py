"""The radar's usual is that of days like today: Monday's rush is nothing new on a Monday, and is on a Sunday."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from support.incidents import radar, usual
from support.models import Conversation, Holiday
from tests.support.console.test_incidents import filed
from tests.support.journeys import BRAND

MONDAY = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
SUNDAY = MONDAY - timedelta(days=1)
HOUR = timedelta(hours=1)


def history(now: datetime, days: int = 28) -> None:
    """So many days before ``now`` a case each, and on Mondays a rush of fourteen; the desk opened just before."""
    for day in range(1, days + 1):
        at = now - timedelta(days=day, minutes=20)
        filed(14 if at.weekday() == 0 else 1, at)
    Conversation.objects.update(created_at=now - timedelta(days=days, hours=9))


def test_a_rush_that_is_usual_on_mondays_raises_nothing_on_a_monday(transactional_db: None) -> None:
    history(MONDAY)
    filed(14, MONDAY - timedelta(minutes=20))
    assert radar.blips(BRAND, MONDAY) == []


def test_the_same_rush_on_a_sunday_is_seen_and_says_what_it_was_held_against(transactional_db: None) -> None:
    history(SUNDAY)
    filed(14, SUNDAY - timedelta(minutes=20))
    (blip,) = radar.blips(BRAND, SUNDAY)
    assert (blip.count, blip.usual, blip.of) == (14, pytest.approx(1.0), "un dimanche")
    assert (
        radar.sentence(blip) == "14 cas Orange → Wave depuis 09\u00a0h\u00a010, contre 1 aux mêmes heures un dimanche."
    )


def test_a_holiday_on_a_monday_is_held_against_sundays(transactional_db: None) -> None:
    Holiday.objects.create(brand=BRAND, day=MONDAY.date(), name="Fête")
    history(MONDAY)
    filed(14, MONDAY - timedelta(minutes=20))
    (blip,) = radar.blips(BRAND, MONDAY)
    assert (blip.usual, blip.of) == (pytest.approx(1.0), "un dimanche")


def test_days_before_the_first_case_are_not_quiet_days(transactional_db: None) -> None:
    history(SUNDAY, days=6)  # Monday to Saturday: no Sunday yet, so all days stand in
    filed(6, SUNDAY - timedelta(minutes=20))
    assert radar.blips(BRAND, SUNDAY) == [], "of six known days with a rush of fourteen among them, six are usual"
    filed(14, SUNDAY - timedelta(minutes=20))
    assert radar.blips(BRAND, SUNDAY)[0].of == usual.ANY


@pytest.mark.parametrize(
    ("now", "holidays", "expected"),
    [
        (SUNDAY, [], {7, 14, 21, 28}),
        (SUNDAY - timedelta(days=1), [], {7, 14, 21, 28}),
        (SUNDAY, [SUNDAY.date() - timedelta(days=7)], {14, 21, 28}),
        (SUNDAY + timedelta(hours=-9), [], {7, 14, 21, 28}),
    ],
    ids=["Sunday", "Saturday", "a Sunday that was a holiday is none", "half past midnight"],
)
def test_days_alike(now: datetime, holidays: list[date], expected: set[int]) -> None:
    groups = usual.like(now, HOUR, now - timedelta(days=40), holidays).groups
    assert set(groups[0][1]) == expected


def test_a_weekday_is_like_weekdays_and_like_itself() -> None:
    kinds, own = usual.like(MONDAY, HOUR, MONDAY - timedelta(days=40), []).groups
    assert kinds[0] == "un jour de semaine" and len(kinds[1]) == 20
    assert own == ("un lundi", [7, 14, 21, 28])
    early = usual.like(MONDAY.replace(hour=0, minute=30), HOUR, MONDAY - timedelta(days=40), []).groups
    assert [days for _, days in early] == [[7, 14, 21, 28]] * 2, "its window began on a Sunday"
    assert usual.like(MONDAY, HOUR, MONDAY, []).usual({}) == usual.Usual(0.0, "")
