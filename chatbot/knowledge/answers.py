"""Answers questions from the brand's data: exact fees and limits, countries, and questions with fixed words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chatbot.knowledge.limits import TariffError
from chatbot.knowledge.tariff import AboveMaximum, BelowMinimum, Tariff, fee
from chatbot.types import Move, Question


@dataclass(frozen=True, slots=True)
class FixedAnswer:
    """An act that answers a topic; without cues, always."""

    topic: str
    act: str
    cues: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Country:
    """A country as the reply names it, how customers name it, and whether money can be sent there."""

    name: str
    cues: re.Pattern[str]
    served: bool


class Knowledge:
    """What a brand knows, ready to be asked."""

    def __init__(self, tariff: Mapping[str, object], settings: Mapping[str, object]) -> None:
        """Raises TariffError on a tariff that cannot be used."""
        self.tariff = Tariff.read(tariff)
        self._fixed = tuple(_fixed_answers(settings))
        self._countries = tuple(_countries(settings))

    def answer(self, question: Question) -> tuple[Move, ...]:
        """What to say to a question, every figure exact; empty for a topic the brand does not treat."""
        match question.topic:
            case "fees":
                return (self._fees(question.about),)
            case "limits":
                return (self._limits(question.about),)
            case "info":
                return (self._country(str(question.about.get("text", ""))) or self._fixed_answer(question),)
            case _:
                return (self._fixed_answer(question),)

    def _fees(self, about: Mapping[str, str | int]) -> Move:
        amount, source, target = _parts(about)
        if amount is None:
            return Move("answer.fees.rule", {"lowest": self.tariff.minimum, "highest": self.tariff.maximum})
        try:
            cost = fee(self.tariff, amount, source, target)
        except AboveMaximum as error:
            return Move("answer.limits.over", {"amount": amount, "maximum": error.bound})
        except BelowMinimum as error:
            return Move("answer.limits.under", {"amount": amount, "minimum": error.bound})
        whole = {"amount": amount, "fee": cost, "total": amount + cost}
        if "charged_fcfa" in about:
            expected = about["charged_fcfa"] == amount + cost
            return Move("answer.fees.charged" if expected else "answer.fees.overcharged", whole)
        if "total" in about:
            return Move("answer.fees.total", whole)
        return Move("answer.fees", {"amount": amount, "fee": cost})

    def _limits(self, about: Mapping[str, str | int]) -> Move:
        amount, source, target = _parts(about)
        limits = self.tariff.limits.between(source, target)
        if "minimum" in about:
            return Move("answer.limits.minimum", {"minimum": limits.minimum})
        if amount is not None and "day" not in about:
            if amount > limits.transfer:
                return Move("answer.limits.over", {"amount": amount, "maximum": limits.transfer})
            if amount < limits.minimum:
                return Move("answer.limits.under", {"amount": amount, "minimum": limits.minimum})
            return Move("answer.limits.fits", {"amount": amount, "maximum": limits.transfer})
        if limits.day is None:
            return Move("answer.limits", {"minimum": limits.minimum, "maximum": limits.transfer})
        named = {name: value for name, value in about.items() if name.endswith("_operator")}
        return Move("answer.limits", {**named, "maximum": limits.transfer, "day": limits.day})

    def _country(self, text: str) -> Move | None:
        for country in self._countries:
            if country.cues.search(text):
                if country.served:
                    return Move("answer.info.country_served", {"country": country.name})
                return Move(
                    "answer.info.country_not_served", {"country": country.name, "countries": self._destinations()}
                )
        return None

    def _fixed_answer(self, question: Question) -> Move:
        text = str(question.about.get("text", ""))
        for answer in self._fixed:
            if answer.topic == question.topic and (answer.cues is None or answer.cues.search(text)):
                facts = {"countries": self._destinations()} if answer.act == "answer.info.countries" else {}
                return Move(answer.act, facts)
        return Move("answer.info.unknown")

    def _destinations(self) -> str:
        return ", ".join(country.name for country in self._countries if country.served)


def _parts(about: Mapping[str, str | int]) -> tuple[int | None, str | None, str | None]:
    amount, source, target = (about.get(name) for name in ("amount_fcfa", "from_operator", "to_operator"))
    return (
        amount if isinstance(amount, int) else None,
        source if isinstance(source, str) else None,
        target if isinstance(target, str) else None,
    )


def _fixed_answers(settings: Mapping[str, object]) -> list[FixedAnswer]:
    rows = settings.get("answers", [])
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise TariffError("brand.toml: field 'answers': a list of tables is expected")
    return [FixedAnswer(row["topic"], row["act"], _any(row["cues"]) if "cues" in row else None) for row in rows]


def _countries(settings: Mapping[str, object]) -> list[Country]:
    table = settings.get("countries", {})
    if not isinstance(table, Mapping):
        raise TariffError("brand.toml: field 'countries': a table is expected")
    return [
        Country(name, _any(cues), served=group == "served")
        for group in ("served", "others")
        for name, cues in table.get(group, {}).items()
    ]


def _any(cues: Sequence[str]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, cues)) + r")\b")
