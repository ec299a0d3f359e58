"""Figures an article may speak, filled in from the tariff and the brand's facts: none is typed in an article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chatbot.forms.text import fold
from chatbot.knowledge.tariff import PER, Tariff, fee

Figures = Mapping[str, str | int]


def figures(tariff: Tariff, settings: Mapping[str, object], countries: Sequence[str], operators: object) -> Figures:
    """Placeholder → value: ``int`` for francs, text for the rest.

    The brand's ``[facts]`` under their own names; ``fee_min``, ``fee_max``, ``fee_rate``, ``transfer_min``,
    ``transfer_max``; ``<operator>_transfer_max`` and ``<operator>_day_max``; ``<operator>_id_example`` and, where there
    is only one, ``<operator>_prefix``; ``countries``, ``operators``; and ``example_fee`` for the ``example_amount`` of
    ``[knowledge]``.
    """
    brand, table = settings.get("facts", {}), settings.get("knowledge", {})
    found: dict[str, str | int] = {str(k): str(v) for k, v in brand.items()} if isinstance(brand, Mapping) else {}
    limits = tariff.limits
    found |= _identifiers(operators)
    found |= {
        "fee_min": tariff.minimum,
        "fee_max": tariff.maximum,
        "fee_rate": _rates(tariff),
        "transfer_min": limits.minimum,
        "transfer_max": limits.maximum,
        "countries": ", ".join(countries),
        "operators": ", ".join(_labels(operators) or limits.operators),
    }
    for name, row in limits.operators.items():
        found |= {f"{fold(name)}_transfer_max": row.transfer, f"{fold(name)}_day_max": row.day or row.transfer}
    example = table.get("example_amount") if isinstance(table, Mapping) else None
    if isinstance(example, int):
        found |= {"example_amount": example, "example_fee": fee(tariff, example)}
    return found


def _rates(tariff: Tariff) -> str:
    """« 1,5 % », or the range when operators or pairs have rates of their own."""
    rates = sorted({tariff.rate, *tariff.from_rates.values(), *tariff.pair_rates.values()})
    if len(rates) == 1:
        return _percent(rates[0])
    return f"{_percent(rates[0])} à {_percent(rates[-1])}"


def _percent(rate: int) -> str:
    return f"{rate * 100 / PER:g}".replace(".", ",") + "\u00a0%"


def _rows(operators: object) -> list[Mapping[str, object]]:
    rows = operators if isinstance(operators, Sequence) else ()
    return [row for row in rows if isinstance(row, Mapping)]


def _labels(operators: object) -> list[str]:
    return [str(row["label"]) for row in _rows(operators) if "label" in row]


def _identifiers(operators: object) -> dict[str, str]:
    """What an operator's identifiers and phone numbers look like, from operators.toml."""
    found = {}
    for row in _rows(operators):
        name, prefixes = fold(str(row.get("name"))), row.get("phone_prefixes", [])
        found[f"{name}_id_example"] = str(row.get("id_example", ""))
        if isinstance(prefixes, list) and len(prefixes) == 1:
            found[f"{name}_prefix"] = str(prefixes[0])
    return found
