"""Draws with a seed: the same history each time it is asked for with the same number and the same clock."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from support.case_numbers import check_digit

T = TypeVar("T")
_FILE = Path(__file__).with_name("story.toml")


@cache
def facts() -> dict[str, Any]:
    """story.toml."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def weighted(rng: Random, rows: Sequence[Sequence[Any]]) -> Any:
    """One row, drawn by its last member; the row without it, or its only other member."""
    row = rng.choices(rows, [row[-1] for row in rows])[0]
    return row[0] if len(row) == 2 else tuple(row[:-1])


def skewed(rng: Random, median: float, spread: float = 0.9) -> timedelta:
    """Minutes as waits are: half below ``median``, a long tail above."""
    return timedelta(minutes=rng.lognormvariate(0, spread) * median)


def moment(rng: Random, now: datetime) -> datetime:
    """An instant of the last days, at hours when people write."""
    day = now - timedelta(days=rng.randrange(facts()["days"]))
    hour = rng.choices(range(24), facts()["hour_weights"])[0]
    at = day.replace(hour=hour, minute=rng.randrange(60), second=rng.randrange(60), microsecond=0)
    return at if at < now else at - timedelta(days=1)


def identity(rng: Random, at: datetime) -> uuid.UUID:
    """A UUID (version 7) of that instant, so that keys stand in the order of time as they do in a real house."""
    value = (int(at.timestamp() * 1000) << 80) | rng.getrandbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    return uuid.UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62))


def case_number(index: int) -> str:
    """A valid case number; different for each of a million."""
    digits = f"{(index * 7919 + 500_000) % 1_000_000:06d}"
    return f"AK-{digits[:3]}-{digits[3:]}{check_digit(digits)}"


def amount(rng: Random) -> int:
    """Francs, as people send them."""
    return max(500, round(rng.lognormvariate(9.9, 0.9) / 500) * 500)


def fill_in(text: str, values: dict[str, str]) -> str:
    """``text`` with its braces filled."""
    return text.format_map(values)
