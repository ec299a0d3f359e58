"""What the house itself says and when its people are there, from the brand's data; never worded by a voice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from chatbot import brand
from chatbot import fixed as house
from chatbot.brand import BrandError
from chatbot.dialogue.causes import Causes
from support import hours, whatsapp_templates
from support.whatsapp_templates import STATUS


def fixed(slug: str, name: str) -> str:
    """A fixed message of the brand (``[fixed]`` in brand.toml). Raises BrandError when it has none of that name."""
    return house.fixed(brand.load(slug).settings, name)


def technical_fault(slug: str, now: datetime) -> str:
    """Said when the assistant cannot go on and a person was called. Raises BrandError."""
    return house.technical_fault(brand.load(slug).settings, on_duty=on_duty(slug, now))


def of_incident(slug: str, name: str, from_operator: str, to_operator: str) -> str:
    """What the brand would say of an incident between two operators: its "notice" or "closing"; "" where it has none,
    or an operator is not known."""
    pattern = _table(slug, "fixed").get(f"incident_{name}")
    if not isinstance(pattern, str) or not (from_operator and to_operator):
        return ""
    return pattern.format(from_operator=from_operator, to_operator=to_operator)


def causes(slug: str) -> Causes:
    """Why and how soon the brand calls a person. Raises BrandError."""
    return Causes.read(brand.load(slug).settings)


def status_news(slug: str, number: str, status: str) -> tuple[str, dict[str, str]]:
    """The approved template that tells a new status: as the customer reads it, and the values of its variables.

    Raises BrandError when the brand has no words for it.
    """
    if not isinstance(word := _table(slug, "status_words").get(status), str):
        raise BrandError(f"{slug}/brand.toml: status_words.{status}: a text is expected")
    if (template := whatsapp_templates.of(slug).get(STATUS)) is None:
        raise BrandError(f"{slug}/templates.toml: [{STATUS}] is missing")
    values = template.values({"dossier": number, "statut": word})
    return template.worded(values), values


def on_duty(slug: str, now: datetime) -> bool:
    """Whether advisers answer at ``now``. Raises BrandError."""
    return hours.is_open(slug, now)


def back_at(slug: str, now: datetime) -> str | None:
    """When advisers are next there, as it is said (``[back_at]``); None when they are, or when nobody knows."""
    opening = hours.next_opening(slug, now)
    words = _table(slug, "back_at")
    if opening is None or opening <= now or not words:
        return None
    zone = ZoneInfo(settings.TIME_ZONE)
    then, days = opening.astimezone(zone), (opening.astimezone(zone).date() - now.astimezone(zone).date()).days
    name = {0: "today", 1: "tomorrow"}.get(days, "this_week" if days < 7 else "later")
    weekdays, pattern = words.get("weekdays"), words.get(name)
    if not isinstance(pattern, str) or not isinstance(weekdays, list) or len(weekdays) != 7:
        raise BrandError(f"{slug}/brand.toml: back_at: {name} and seven weekdays are expected")
    hour = f"{then:%-H} h {then:%M}" if then.minute else f"{then:%-H} h"
    return pattern.format(hour=hour, weekday=weekdays[then.isoweekday() - 1], day=f"{then:%d/%m}")


def _table(slug: str, name: str) -> Mapping[str, object]:
    table = brand.load(slug).settings.get(name, {})
    if not isinstance(table, Mapping):
        raise BrandError(f"{slug}/brand.toml: {name}: a table is expected")
    return table
