"""Why a person is called, how soon, and from when on: the ``[handoff]`` table of a brand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import cast, get_args

from chatbot.brand import BrandError
from chatbot.types import HandoffReason, Priority

PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")
REASONS: tuple[HandoffReason, ...] = get_args(HandoffReason)


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason to call a person. ``why`` is French for the adviser; ``always``: it counts however often it comes."""

    priority: Priority
    why: str
    always: bool = False


@dataclass(frozen=True, slots=True)
class Causes:
    """A brand's reasons, strongest first, and its thresholds (francs, turns, replies)."""

    reasons: Mapping[HandoffReason, Cause]
    quiet: timedelta
    high_amount: int
    unclear_turns: int
    refused_replies: int
    promised: timedelta
    despite_order: frozenset[HandoffReason] = frozenset()  # count even where an adviser said to call nobody

    @classmethod
    def read(cls, settings: Mapping[str, object]) -> Causes:
        """From ``[handoff]`` of brand.toml. Raises BrandError naming the field."""
        table = _table(settings.get("handoff"), "handoff")
        rows = _table(table.get("reasons"), "handoff.reasons")
        if set(rows) != set(REASONS):
            raise BrandError(f"brand.toml: handoff.reasons: {', '.join(sorted(set(rows) ^ set(REASONS)))}")
        return cls(
            reasons={cast("HandoffReason", name): _cause(name, row) for name, row in rows.items()},
            quiet=timedelta(hours=_number(table, "quiet_hours")),
            high_amount=_number(table, "high_amount_fcfa"),
            unclear_turns=_number(table, "unclear_turns"),
            refused_replies=_number(table, "refused_replies"),
            promised=timedelta(hours=_number(table, "promised_hours")),
            despite_order=_reasons(table.get("despite_order", [])),
        )


def more_urgent(one: Priority, other: Priority) -> bool:
    """Whether ``one`` comes before ``other`` in the queue."""
    return PRIORITIES.index(one) > PRIORITIES.index(other)


def _cause(name: str, data: object) -> Cause:
    row = _table(data, f"handoff.reasons.{name}")
    priority, why = row.get("priority"), row.get("why")
    if priority not in PRIORITIES or not isinstance(why, str) or not why:
        raise BrandError(f"brand.toml: handoff.reasons.{name}: a priority ({', '.join(PRIORITIES)}) and a why")
    return Cause(priority, why, row.get("always") is True)


def _reasons(data: object) -> frozenset[HandoffReason]:
    if not isinstance(data, list) or not set(data) <= set(REASONS):
        raise BrandError(f"brand.toml: handoff.despite_order: a list of reasons is expected ({', '.join(REASONS)})")
    return frozenset(data)


def _number(table: Mapping[str, object], field: str) -> int:
    value = table.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BrandError(f"brand.toml: handoff.{field}: a whole number is expected, not {value!r}")
    return value


def _table(data: object, field: str) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        raise BrandError(f"brand.toml: {field}: a table is expected")
    return data
