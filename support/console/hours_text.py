"""Hours and holidays as people type them: « 08:00-12:00 14:00-18:00 », « 25/12/2026 Noël »."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from functools import cache
from itertools import pairwise
from pathlib import Path

_FILE = Path(__file__).parent.parent / "holidays.toml"
_SPAN = re.compile(r"(\d{1,2})(?:[:h](\d{2}))?h?\s*[-–à]\s*(\d{1,2})(?:[:h](\d{2}))?h?", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;]|\bet\b")
_DAY = re.compile(r"(\d{1,2}/\d{1,2}/\d{4})\s+(\S.*)")
Hours = tuple[time, time]
LONGEST_NAME = 60


class HoursError(ValueError):
    """What was typed is not understood; the text is French and says where."""


def parse_day(text: str) -> list[Hours]:
    """The spans of a day, in order; none for an empty text. Raises HoursError."""
    if _BETWEEN.sub("", _SPAN.sub("", text)):
        raise HoursError("Écrivez par exemple 08:00-12:00 14:00-18:00, ou rien si le service est fermé.")
    spans = sorted(_span(*found) for found in _SPAN.findall(text))
    for (_, closes), (opens, _) in pairwise(spans):
        if opens < closes:
            raise HoursError("Deux plages se chevauchent.")
    return spans


def show_day(spans: Iterable[Hours]) -> str:
    """A day's spans as they are typed."""
    return " ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in spans)


def parse_holidays(text: str) -> dict[date, str]:
    """Holidays by day, one a line; empty lines are skipped. Raises HoursError."""
    found: dict[date, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            day, name = _holiday(line.strip(), number)
            if day in found:
                raise HoursError(f"Ligne {number} : le {day:%d/%m/%Y} est déjà dans la liste.")
            found[day] = name
    return found


def show_holidays(days: Mapping[date, str]) -> str:
    """Holidays as they are typed, in order."""
    return "\n".join(f"{day:%d/%m/%Y} {name}" for day, name in sorted(days.items()))


@cache
def known_holidays() -> Mapping[date, str]:
    """The public holidays shipped with the house (holidays.toml)."""
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))["days"]
    return {date.fromisoformat(day): str(name) for day, name in table.items()}


def _span(*parts: str) -> Hours:
    hour, minute, to_hour, to_minute = (int(part or 0) for part in parts)
    try:
        opens = time(hour, minute)
        closes = time(23, 59) if (to_hour, to_minute) == (24, 0) else time(to_hour, to_minute)
    except ValueError:
        raise HoursError("Une heure va de 00:00 à 24:00.") from None
    if closes <= opens:
        raise HoursError(
            "Une plage finit après son début ; une nuit s'écrit en deux jours, 22:00-24:00 puis 00:00-06:00."
        )
    return opens, closes


def _holiday(line: str, number: int) -> tuple[date, str]:
    found = _DAY.fullmatch(line)
    try:
        if not found:
            raise ValueError(line)
        day = datetime.strptime(found[1], "%d/%m/%Y").date()  # noqa: DTZ007  a day has no time zone
    except ValueError:
        raise HoursError(f"Ligne {number} : écrivez la date puis le nom, par exemple 25/12/2026 Noël.") from None
    if len(found[2]) > LONGEST_NAME:
        raise HoursError(f"Ligne {number} : le nom dépasse {LONGEST_NAME} caractères.")
    return day, found[2]
