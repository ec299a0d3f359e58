"""What a transfer costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chatbot.knowledge.limits import LimitTable, TariffError, amount, section

PER = 10_000  # rates are per ten thousand: 150 is 1.5 %


class AmountOutOfRange(ValueError):
    """An amount that cannot be sent at once; ``bound`` is the limit it breaks, in francs."""

    def __init__(self, wanted: int, bound: int) -> None:
        super().__init__(f"{wanted} FCFA breaks the limit of {bound} FCFA")
        self.wanted = wanted
        self.bound = bound


class BelowMinimum(AmountOutOfRange):
    """Less than the least that may be sent."""


class AboveMaximum(AmountOutOfRange):
    """More than the tighter of the two operators lets through at once."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """Fee rates (per ten thousand), their floor and ceiling in francs, and the limits of a transfer."""

    rate: int
    minimum: int
    maximum: int
    limits: LimitTable
    from_rates: Mapping[str, int] = field(default_factory=dict)
    pair_rates: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Mapping[str, object]) -> Tariff:
        """From tariff.toml. Raises TariffError naming the field."""
        table = section(data, "fee")
        return cls(
            rate=amount(table, "rate"),
            minimum=amount(table, "minimum"),
            maximum=amount(table, "maximum"),
            limits=LimitTable.read(data),
            from_rates=_rates(table, "from"),
            pair_rates={_pair(name): rate for name, rate in _rates(table, "pair").items()},
        )

    def rate_for(self, from_operator: str | None, to_operator: str | None) -> int:
        """The pair's own rate, else the sending operator's, else the default; per ten thousand."""
        if from_operator and to_operator and (from_operator, to_operator) in self.pair_rates:
            return self.pair_rates[from_operator, to_operator]
        return self.from_rates.get(from_operator or "", self.rate)


def fee(tariff: Tariff, amount_fcfa: int, from_operator: str | None = None, to_operator: str | None = None) -> int:
    """Francs on top of ``amount_fcfa``: the rate rounded down, kept between the tariff's floor and ceiling.

    Raises BelowMinimum or AboveMaximum for an amount that cannot be sent at once.
    """
    limits = tariff.limits.between(from_operator, to_operator)
    if amount_fcfa < limits.minimum:
        raise BelowMinimum(amount_fcfa, limits.minimum)
    if amount_fcfa > limits.transfer:
        raise AboveMaximum(amount_fcfa, limits.transfer)
    raw = amount_fcfa * tariff.rate_for(from_operator, to_operator) // PER
    return min(max(raw, tariff.minimum), tariff.maximum)


def _rates(table: Mapping[str, object], name: str) -> dict[str, int]:
    if name not in table:
        return {}
    rows = section(table, name)
    return {operator: amount(rows, operator) for operator in rows}


def _pair(name: str) -> tuple[str, str]:
    source, arrow, target = name.partition(">")
    if not arrow or not source or not target:
        raise TariffError(f"tariff.toml: field 'pair': {name!r} is not like 'Wave>Orange'")
    return source, target
