"""Time during which people answer: spans of the week less holidays, as values. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
HORIZON_DAYS = 400  # beyond that a timetable is taken never to open
LAST_MINUTE = time(23, 59)  # what forms can say of midnight: a span that ends then, or later, runs to the next day
EVERY_DAY = tuple(range(1, 8))
Piece = tuple[timedelta, timedelta]  # from and to, counted from the midnight that begins the day


@dataclass(frozen=True, slots=True)
class Span:
    """From ``opens`` to ``closes`` (not included) of a weekday (Monday 1); one that closes earlier ends next day."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Timetable:
    """When a desk is open, in its own time zone. Holidays are closed from midnight to midnight."""

    zone: ZoneInfo
    pieces: Mapping[int, tuple[Piece, ...]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()

    @classmethod
    def of(cls, zone: ZoneInfo, spans: Iterable[Span], holidays: Iterable[date] = ()) -> Timetable:
        """The timetable of ``spans``, in any order, overlapping or not."""
        found: dict[int, list[Piece]] = {}
        for span in spans:
            for weekday, piece in _by_day(span):
                found.setdefault(weekday, []).append(piece)
        return cls(zone, {day: _joined(pieces) for day, pieces in found.items()}, frozenset(holidays))

    @property
    def never_closes(self) -> bool:
        """Whether every minute is open."""
        return not self.holidays and all(self.pieces.get(day) == ((timedelta(), DAY),) for day in EVERY_DAY)

    def is_open(self, at: datetime) -> bool:
        """Whether people answer at ``at``."""
        local = at.astimezone(self.zone)
        passed = local - _midnight(local)
        return any(begin <= passed < end for begin, end in self._of_day(local.date()))

    def next_opening(self, at: datetime) -> datetime | None:
        """``at`` itself when open, else when it next opens; None when it never does."""
        begin, _ = next(self._stretches(at), (None, None))
        return begin

    def add(self, start: datetime, open_time: timedelta) -> datetime:
        """The instant at which ``open_time`` has passed since ``start``, counting open time only.

        Of a timetable that never opens the clock counts: a promise must fall due some day for anybody to notice.
        """
        left = open_time
        if self.never_closes:
            return start + left
        for begin, end in self._stretches(start):
            if left <= end - begin:
                return begin + left
            left -= end - begin
        return start + open_time

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much open time lies between two instants; none when ``end`` is not after ``start``."""
        if self.never_closes:
            return max(end - start, timedelta())
        total = timedelta()
        for begin, until in self._stretches(start):
            if begin >= end:
                break
            total += min(until, end) - begin
        return total

    def _stretches(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open stretches from ``start`` on, day by day: what runs past midnight is told as two that meet."""
        midnight = _midnight(start.astimezone(self.zone))
        for days in range(HORIZON_DAYS if self.pieces else 0):
            day = midnight + timedelta(days=days)
            for begin, end in self._of_day(day.date()):
                if day + end > start:
                    yield max(day + begin, start), day + end

    def _of_day(self, day: date) -> tuple[Piece, ...]:
        return () if day in self.holidays else self.pieces.get(day.isoweekday(), ())


def always(zone: ZoneInfo) -> Timetable:
    """Open at every minute."""
    return Timetable.of(zone, [Span(day, time.min, time.max) for day in EVERY_DAY])


def _by_day(span: Span) -> Iterator[tuple[int, Piece]]:
    opens, closes = _since_midnight(span.opens), _since_midnight(span.closes)
    if span.closes >= LAST_MINUTE:
        closes = DAY
    if opens < closes:
        yield span.weekday, (opens, closes)
        return
    yield span.weekday, (opens, DAY)
    if closes:
        yield span.weekday % 7 + 1, (timedelta(), closes)


def _joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """In order, with those that overlap or meet made one."""
    joined: list[Piece] = []
    for begin, end in sorted(pieces):
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((begin, end))
    return tuple(joined)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)


def _midnight(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
