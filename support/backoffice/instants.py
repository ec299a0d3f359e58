"""Instants as programs and tables write them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo


def parse_instant(text: str, default: tzinfo | None = None) -> datetime:
    """An aware instant in UTC from ISO 8601 text; without an offset, in ``default``. Raises ValueError."""
    at = datetime.fromisoformat(text.strip())
    if at.tzinfo is None:
        if default is None:
            raise ValueError("no offset")
        at = at.replace(tzinfo=default)
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error
