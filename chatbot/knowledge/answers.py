"""Answers questions from the brand's data: exact fees and limits, countries, approved articles, fixed words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date

from chatbot.brand import Brand
from chatbot.knowledge.article import Article
from chatbot.knowledge.figures import figures
from chatbot.knowledge.library import Library, read_shipped
from chatbot.knowledge.limits import TariffError
from chatbot.knowledge.search import Calibration, Normalise
from chatbot.knowledge.signals import Embedder
from chatbot.knowledge.tariff import AboveMaximum, BelowMinimum, Tariff, fee
from chatbot.types import Move, Question

EXACT = {"amount_fcfa", "from_operator", "to_operator", "minimum"}  # what the tariff answers to the franc
UNKNOWN = "answer.info.unknown"


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

    def __init__(
        self,
        tariff: Mapping[str, object],
        settings: Mapping[str, object],
        operators: Mapping[str, object] | None = None,
    ) -> None:
        """Without articles: ``load`` brings them. Raises TariffError on a tariff that cannot be used."""
        self.tariff = Tariff.read(tariff)
        self._fixed = tuple(_fixed_answers(settings))
        self._countries = tuple(_countries(settings))
        served = [country.name for country in self._countries if country.served]
        known = figures(self.tariff, settings, served, (operators or {}).get("operator"))
        self.library = Library((), known, Calibration.read(settings))

    @classmethod
    def load(cls, brand: Brand, normalise: Normalise = str, embedder: Embedder | None = None) -> Knowledge:
        """With the brand's articles; ``normalise`` is the normaliser's function. Raises BrandError."""
        knowledge = cls(brand.tariff, brand.settings, brand.operators)
        known, calibration = knowledge.library.figures, Calibration.read(brand.settings)
        shipped = read_shipped(brand.slug, brand.articles, known)
        decoys = [*_decoys(brand.settings), *(one.text for one in brand.examples if one.intent == "out_of_scope")]
        knowledge.library = Library(shipped, known, calibration, normalise, embedder=embedder, decoys=decoys)
        return knowledge

    def overlaid(self, approved: Iterable[Article]) -> Knowledge:
        """The same knowledge with ``approved`` articles over the shipped ones."""
        other = copy(self)
        other.library = self.library.overlaid(approved)
        return other

    def answer(self, question: Question, text: str = "", day: date | None = None) -> tuple[Move, ...]:
        """What to say to a question, every figure exact.

        ``text`` is what was heard, in standard French (else what the question says of it); articles not valid on
        ``day`` are left out.
        """
        text = text or str(question.about.get("text", ""))
        match question.topic:
            case "fees":
                return (self._rule("fees", question.about, text, day) or self._fees(question.about),)
            case "limits":
                return (self._rule("limits", question.about, text, day) or self._limits(question.about),)
            case "info":
                return (self._country(str(question.about.get("text", ""))) or self._told(question, text, day),)
            case _:
                return (self._told(question, text, day),)

    def _rule(self, topic: str, about: Mapping[str, str | int], text: str, day: date | None) -> Move | None:
        """An article, where the question names neither a sum nor a network that the tariff would answer exactly."""
        return None if about.keys() & EXACT else self.library.quote(text, topic, day)

    def _told(self, question: Question, text: str, day: date | None) -> Move:
        fixed = self._fixed_answer(question)
        if fixed is not None:
            return fixed
        quoted = self.library.quote(text, question.topic, day) or self.library.default(question.topic, day)
        return quoted or Move(UNKNOWN)

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

    def _fixed_answer(self, question: Question) -> Move | None:
        text = str(question.about.get("text", ""))
        for answer in self._fixed:
            if answer.topic == question.topic and (answer.cues is None or answer.cues.search(text)):
                return Move(answer.act)
        return None

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


def _decoys(settings: Mapping[str, object]) -> list[str]:
    table = settings.get("knowledge", {})
    return [str(one) for one in table.get("unanswered", [])] if isinstance(table, Mapping) else []


def _any(cues: Sequence[str]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, cues)) + r")\b")
