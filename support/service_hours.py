"""What a page for customers says of the hours: as true as the hours that people entered, at this minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chatbot import brand
from chatbot.brand import BrandError
from support import hours, house_words


@dataclass(frozen=True, slots=True)
class Service:
    """``text`` in the brand's words (``[service_hours]``); ``open``: whether advisers answer now."""

    text: str
    open: bool


def service(slug: str, now: datetime) -> Service:
    """Raises BrandError when the brand has no words for it."""
    if hours.timetable(slug).never_closes:
        return Service(_words(slug, "always"), open=True)
    if hours.is_open(slug, now):
        return Service(_words(slug, "open"), open=True)
    back_at = house_words.back_at(slug, now)
    if back_at is None:
        return Service(_words(slug, "unknown"), open=False)
    return Service(_words(slug, "closed").format(back_at=back_at), open=False)


def _words(slug: str, name: str) -> str:
    table = brand.load(slug).settings.get("service_hours", {})
    text = table.get(name) if isinstance(table, dict) else None
    if not isinstance(text, str):
        raise BrandError(f"{slug}/brand.toml: service_hours.{name}: a text is expected")
    return text
