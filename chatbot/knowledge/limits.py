"""How much may be sent: per transfer and per day, bound by the tighter of the two operators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chatbot.brand import BrandError


class TariffError(BrandError):
    """A tariff.toml that cannot be used; the message names the field."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Francs. ``transfer`` and ``day`` are the most that may be sent at once and in a day; None: no such limit."""

    minimum: int
    transfer: int
    day: int | None


@dataclass(frozen=True, slots=True)
class LimitTable:
    """Limits of the whole service and of each operator, in francs."""

    minimum: int
    maximum: int
    operators: Mapping[str, Limits]

    @classmethod
    def read(cls, tariff: Mapping[str, object]) -> LimitTable:
        """From the ``[limits]`` table of tariff.toml. Raises TariffError."""
        table = section(tariff, "limits")
        minimum, maximum = amount(table, "minimum"), amount(table, "maximum")
        rows = section(table, "operators")
        operators = {
            name: Limits(minimum, amount(section(rows, name), "transfer"), amount(section(rows, name), "day"))
            for name in rows
        }
        return cls(minimum, maximum, operators)

    def between(self, *operators: str | None) -> Limits:
        """The limits that bind a transfer touching ``operators``; an unknown or absent operator does not bind."""
        rows = [self.operators[name] for name in operators if name is not None and name in self.operators]
        days = [row.day for row in rows if row.day is not None]
        return Limits(
            minimum=self.minimum,
            transfer=min([self.maximum, *(row.transfer for row in rows)]),
            day=min(days) if days else None,
        )


def section(table: Mapping[str, object], name: str) -> Mapping[str, object]:
    """A sub-table. Raises TariffError when it is missing."""
    found = table.get(name)
    if not isinstance(found, Mapping):
        raise TariffError(f"tariff.toml: field {name!r}: a table is expected")
    return found


def amount(table: Mapping[str, object], name: str) -> int:
    """A whole number of francs, or a rate. Raises TariffError when it is missing, negative or not a whole number."""
    found = table.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise TariffError(f"tariff.toml: field {name!r}: a whole number is expected, not {found!r}")
    return found
