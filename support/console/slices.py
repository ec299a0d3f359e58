"""Frames cut to what a web socket lets through: a longer one is not sent at all, and the page would stay empty."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from support.transports.web import events

MOST_BYTES = 48_000  # the server's own limit is 64 KiB
LISTS = {"queue": "rows", "rows": "rows", "messages": "messages"}


def of(text: str) -> Iterator[str]:
    """``text`` itself, or the same news in several frames; only frames that carry a list can be cut."""
    if len(text.encode()) <= MOST_BYTES or not (name := LISTS.get((frame := json.loads(text))["type"])):
        yield text
        return
    for place, items in enumerate(_portions(frame[name])):
        yield events.encode(_part(frame, name, items, first=place == 0))


def _part(frame: dict[str, Any], name: str, items: list[Any], *, first: bool) -> dict[str, Any]:
    if first or frame["type"] == "messages":
        return {**frame, name: items}
    return {"type": "rows", "rows": items, "gone": [], "opening": frame["type"] == "queue"}


def _portions(items: list[Any]) -> Iterator[list[Any]]:
    portion: list[Any] = []
    size = 0
    for item in items:
        length = len(events.encode(item).encode())
        if portion and size + length > MOST_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(item)
        size += length
    yield portion
