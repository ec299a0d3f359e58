"""Which earlier days today is held against: the same hours of the same kind of day, as far as the history goes.

A weekday, a Saturday, a Sunday and a public holiday each have their own usual. A rush that belongs to one weekday
(Monday morning) is usual on that day alone, so the larger of the usual of weekdays and of this one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

DAYS = 28
LEAST = 3  # of fewer days a mean says little: then a wider group of days stands in
WEEKDAY, SATURDAY, SUNDAY, HOLIDAY = "weekday", "saturday", "sunday", "holiday"
NAMES = {WEEKDAY: "un jour de semaine", SATURDAY: "un samedi", SUNDAY: "un dimanche", HOLIDAY: "un jour férié"}
WEEKDAYS = ("un lundi", "un mardi", "un mercredi", "un jeudi", "un vendredi")
ANY = "d'habitude"
Group = tuple[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Usual:
    """What is to be expected in a window, and of what days that is the mean ("": of no day)."""

    count: float
    of: str


@dataclass(frozen=True, slots=True)
class Like:
    """Groups of earlier days, as so many days ago, that are like today; each with its French name."""

    groups: Sequence[Group]

    def usual(self, counts: Mapping[int, int]) -> Usual:
        """The largest mean of the groups; ``counts`` are by days ago."""
        means = [Usual(sum(counts.get(day, 0) for day in days) / len(days), name) for name, days in self.groups]
        return max(means, key=lambda usual: usual.count, default=Usual(0.0, ""))


def like(now: datetime, window: timedelta, known_since: datetime, holidays: Collection[date]) -> Like:
    """Of the four weeks before, the days whose same hours lie in the history, which begins with ``known_since``."""
    known = [day for day in range(1, DAYS + 1) if now - timedelta(days=day) - window >= known_since]

    def kinds(day: int) -> tuple[str, str]:
        """Of the first and the last hour: a window after midnight began on another kind of day."""
        end = now - timedelta(days=day)
        return kind_of(timezone.localdate(end - window), holidays), kind_of(timezone.localdate(end), holidays)

    today = kinds(0)[1]
    same = [day for day in known if kinds(day) == kinds(0)]
    if len(same) < LEAST and HOLIDAY in kinds(0):
        same, today = [day for day in known if kinds(day)[1] in (HOLIDAY, SUNDAY)], SUNDAY
    if len(same) < LEAST:
        return Like([(ANY, known)] if known else [])
    own = _same_weekday(known, kinds) if today == WEEKDAY else []
    groups = [(NAMES[today], same), (WEEKDAYS[timezone.localdate(now).weekday()] if own else "", own)]
    return Like([(name, days) for name, days in groups if days])


def kind_of(day: date, holidays: Collection[date]) -> str:
    """A holiday is one whatever its weekday."""
    if day in holidays:
        return HOLIDAY
    return {5: SATURDAY, 6: SUNDAY}.get(day.weekday(), WEEKDAY)


def _same_weekday(known: Sequence[int], kinds: Callable[[int], tuple[str, str]]) -> list[int]:
    """The same weekday of earlier weeks, where there are enough that were no holiday."""
    days = [day for day in known if day % 7 == 0 and kinds(day) == kinds(0)]
    return days if len(days) >= LEAST else []
