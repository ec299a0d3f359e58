"""When a brand's people answer: by the hours entered in the admin, else by the brand's folder, else always."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings

from chatbot import brand
from chatbot.brand import BrandError
from support.business_time import EVERY_DAY, Span, Timetable
from support.models import DeskSettings, Holiday, OpeningHours
from support.recent import Recent


def is_open(slug: str, at: datetime) -> bool:
    """Whether people of the brand answer at ``at``. Raises BrandError."""
    return timetable(slug).is_open(at)


def next_opening(slug: str, at: datetime) -> datetime | None:
    """When people are next there, ``at`` itself when they are; None when they never are. Raises BrandError."""
    return timetable(slug).next_opening(at)


def timetable(slug: str) -> Timetable:
    """The brand's hours, give or take two seconds; as last known while the database is away. Raises BrandError."""
    return _recent.of(slug) or of_folder(slug)


def of_folder(slug: str) -> Timetable:
    """By ``[duty]`` of brand.toml (days from Monday 1, from, to); open always where it says nothing."""
    hours = brand.load(slug).settings.get("duty", {})
    if not isinstance(hours, Mapping):
        raise BrandError(f"{slug}/brand.toml: duty: a table is expected")
    days, opens, closes = hours.get("days", EVERY_DAY), hours.get("from", time.min), hours.get("to", time.max)
    if not (isinstance(opens, time) and isinstance(closes, time)):
        raise BrandError(f"{slug}/brand.toml: duty.from, duty.to: times are expected")
    if not all(isinstance(day, int) and day in EVERY_DAY for day in days):
        raise BrandError(f"{slug}/brand.toml: duty.days: numbers from 1 to 7 are expected")
    return Timetable.of(_zone(), [Span(day, opens, closes) for day in days])


def _in_force(slug: str) -> Timetable:
    return _entered(slug) or of_folder(slug)


def _entered(slug: str) -> Timetable | None:
    """What was entered in the admin; None where that is switched off, or no hours stand there."""
    if not DeskSettings.objects.filter(brand=slug, hours_here=True).exists():
        return None
    rows = OpeningHours.objects.filter(brand=slug)
    spans = [Span(row.weekday, row.opens, row.closes) for row in rows]
    holidays = Holiday.objects.filter(brand=slug).values_list("day", flat=True)
    return Timetable.of(_zone(), spans, holidays) if spans else None


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


_recent: Recent[Timetable | None] = Recent(_in_force, None)
