"""Judges what followed a burst by a transcript's expectations; whoever ran it fills in the Outcome."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.conversations.script import Expect, values


@dataclass(frozen=True)
class Outcome:
    """What followed the customer's words: the reply, and what changed in the world."""

    reply: str = ""
    asks: Sequence[str] | None = None  # None: the runner cannot see them
    filed: Sequence[Mapping[str, str | int]] = ()
    changed: Sequence[Mapping[str, str | int]] = ()
    claims: int = 0
    handoffs: Sequence[str] = ()
    status: str | None = None
    sees: frozenset[str] = field(default_factory=lambda: frozenset({"asks", "status"}))


def failure(expect: Expect, outcome: Outcome) -> str | None:
    """Why an expectation does not hold, or None when it does (or cannot be seen by this runner)."""
    if expect.what in ("asks", "status") and expect.what not in outcome.sees:
        return None
    wanted, got = _compare(expect, outcome)
    return None if wanted == got else f"line {expect.line}: wanted {wanted!r}, got {got!r}"


def _compare(expect: Expect, outcome: Outcome) -> tuple[object, object]:
    """What was wanted and what was got, equal when the expectation holds."""
    value = expect.value
    match expect.what:
        case "says":
            return value, value if _plain(value) in _plain(outcome.reply) else outcome.reply
        case "omits":
            return "", value if _plain(value) in _plain(outcome.reply) else ""
        case "asks":
            wanted = set() if value == "nothing" else {slot.strip() for slot in value.split(",")}
            return wanted, set(outcome.asks or ())
        case "silent":
            return "", outcome.reply
        case "filed" | "changed":
            return _held(value, outcome.filed if expect.what == "filed" else outcome.changed)
        case "claims":
            return int(value), outcome.claims
        case "handoff" | "no_handoff":
            return [value] if value else [], list(outcome.handoffs)
        case "status":
            return value, outcome.status
    raise ValueError(f"unknown expectation {expect.what!r}")


def _held(wanted: str, happened: Sequence[Mapping[str, str | int]]) -> tuple[object, object]:
    pairs = dict(values(wanted))
    if not happened:
        return pairs or "a claim", None
    got = {slot: str(happened[-1].get(slot)) for slot in pairs}
    return pairs, got


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()
