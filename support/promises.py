"""What a customer who waits for a person was promised: which level holds for a case, and when each promise is due."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from support import hours
from support.models import Escalation, Priority, Promised, ServiceLevel, Status
from support.recent import Recent

CLOCK_FIELDS = (
    "kind",
    "priority",
    "status",
    "opened_at",
    "due_at",
    "next_due_at",
    "resolve_due_at",
    "first_replied_at",
    "replied_at",
    "asked_at",
)
_FILE = Path(__file__).with_name("promises.toml")
Key = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Level:
    """Waits promised to a kind of case and a priority, and when to warn of one (per cent of it gone)."""

    first_reply: timedelta
    next_reply: timedelta
    resolution: timedelta
    business_hours: bool
    warn_at: int

    def due(self, brand: str, start: datetime, wait: timedelta) -> datetime:
        """When ``wait`` is over. Raises BrandError."""
        return hours.timetable(brand).add(start, wait) if self.business_hours else start + wait

    def passed(self, brand: str, start: datetime, end: datetime) -> timedelta:
        """How much of a wait has gone between two instants. Raises BrandError."""
        return hours.timetable(brand).between(start, end) if self.business_hours else end - start


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise not yet kept: since when it runs, and when it is due."""

    name: Promised
    began: datetime
    due: datetime

    def is_warned_of(self, level: Level, brand: str, now: datetime) -> bool:
        """Whether so much of its time has gone that people should know."""
        if now >= self.due:
            return True
        whole = level.passed(brand, self.began, self.due)
        return level.passed(brand, self.began, now) * 100 >= whole * level.warn_at


def level_for(brand: str, kind: str, priority: int) -> Level:
    """The brand's row that names most of kind and priority (of two that name one, the kind's), else the house's."""
    rows = _recent.of(brand)
    keys: tuple[Key, ...] = ((kind, priority), (kind, None), ("", priority), ("", None))
    return next((rows[key] for key in keys if key in rows), house_levels()[priority])


def at_opening(brand: str, kind: str, priority: int, now: datetime) -> dict[str, datetime]:
    """Due times, by column, of a case that is opened now."""
    level = level_for(brand, kind, priority)
    return {
        "due_at": level.due(brand, now, level.first_reply),
        "resolve_due_at": level.due(brand, now, level.resolution),
    }


def tighten(case: Escalation, brand: str, priority: int, now: datetime) -> None:
    """Bring forward what a case of ``priority`` is promised from now on; nothing is ever put off. Saves nothing."""
    promised = at_opening(brand, case.kind, priority, now)
    for column, due in promised.items():
        standing = getattr(case, column)
        setattr(case, column, min(standing, due) if standing else due)


def asked_again(cases: QuerySet[Escalation], brand: str, now: datetime) -> dict[str, datetime]:
    """New due times, by column, of the open case of ``cases`` whose customer writes now.

    After a person's reply the next one is promised, from the first message on.
    """
    case = cases.only(*CLOCK_FIELDS).first()
    if case is None or case.replied_at is None:
        return {}
    news = resumed(case, brand, now)
    if case.next_due_at is None:
        level = level_for(brand, case.kind, case.priority)
        news["next_due_at"] = level.due(brand, now, level.next_reply)
    return news


def resumed(case: Escalation, brand: str, now: datetime) -> dict[str, datetime]:
    """New due times, by column, of a pending case that is opened again now, whoever opens it.

    While the customer was awaited, since our last reply, the time to a resolution was not used up.
    """
    if case.status != Status.PENDING or case.resolve_due_at is None or case.replied_at is None:
        return {}
    level = level_for(brand, case.kind, case.priority)
    paused = level.passed(brand, case.replied_at, now)
    return {"resolve_due_at": level.due(brand, case.resolve_due_at, paused)}


def resume(case: Escalation, brand: str, now: datetime) -> None:
    """``resumed`` written into a case. Saves nothing."""
    for column, due in resumed(case, brand, now).items():
        setattr(case, column, due)


def standing(case: Escalation) -> Iterator[Promise]:
    """The promises of an open case that are not kept yet. That of a resolution rests while the customer is awaited."""
    if case.first_replied_at is None:
        yield Promise(Promised.FIRST_REPLY, case.opened_at, case.due_at)
    if case.next_due_at and case.asked_at:
        yield Promise(Promised.NEXT_REPLY, case.asked_at, case.next_due_at)
    if case.resolve_due_at and case.status != Status.PENDING:
        yield Promise(Promised.RESOLUTION, case.opened_at, case.resolve_due_at)


@cache
def house_levels() -> Mapping[int, Level]:
    """The house's own levels by priority. Raises KeyError on a damaged file."""
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        priority.value: _level(table[priority.name.lower()], bool(table["business_hours"]), int(table["warn_at"]))
        for priority in Priority
    }


def _rows(brand: str) -> Mapping[Key, Level]:
    rows = ServiceLevel.objects.filter(brand=brand)
    return {(row.kind, row.priority): _level(vars(row), row.business_hours, row.warn_at) for row in rows}


def _level(minutes: Mapping[str, Any], business_hours: bool, warn_at: int) -> Level:
    first, following, resolution = (
        timedelta(minutes=int(minutes[name])) for name in ("first_reply", "next_reply", "resolution")
    )
    return Level(first, following, resolution, business_hours, warn_at)


_recent: Recent[Mapping[Key, Level]] = Recent(_rows, {})
