"""The customer's mood and whether a person is needed, by the written rules of the brand's cues."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chatbot.brand import BrandError
from chatbot.forms.text import fold
from chatbot.types import Entity, Mood


@dataclass(frozen=True, slots=True)
class Reading:
    """Mood and need of a person, each with the name of the rule that decided."""

    mood: Mood
    mood_rule: str
    needs_human: bool
    human_rule: str


class Moods:
    """Compiled from ``[[mood]]`` and ``[[human]]`` of cues.toml; the first matching rule decides."""

    def __init__(self, cues: Mapping[str, object]) -> None:
        self._moods = [(_mood(str(r["mood"])), _rule(r)) for r in _rules(cues, "mood")]
        self._humans = [_rule(r) for r in _rules(cues, "human")]

    def read(self, text: str, intent: str, entities: Sequence[Entity], question: str) -> Reading:
        """``text`` is normalised, with the customer's own words after a line break so that slang insults count.

        ``question`` is the bot's last message: a yes to "shall I call a person?" is a wish for one.
        """
        folded = fold(text)
        hours, asked = _hours(entities), fold(question)
        mood, mood_rule = next(
            ((m, r.name) for m, r in self._moods if r.matches(folded, intent, "", hours, asked)), ("neu", "")
        )
        human_rule = next((r.name for r in self._humans if r.matches(folded, intent, mood, hours, asked)), "")
        return Reading(mood, mood_rule, bool(human_rule), human_rule)


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    pattern: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    intents: frozenset[str]
    moods: frozenset[str]
    question: re.Pattern[str] | None
    hours: float

    def matches(self, text: str, intent: str, mood: str, hours: float, question: str) -> bool:
        return (
            (self.question is None or self.question.search(question) is not None)
            and (not self.intents or intent in self.intents)
            and (not self.moods or mood in self.moods)
            and hours >= self.hours
            and (self.pattern is None or self.pattern.search(text) is not None)
            and (self.unless is None or self.unless.search(text) is None)
        )


def _rules(cues: Mapping[str, object], field: str) -> list[Mapping[str, object]]:
    rules = cues.get(field, [])
    if not isinstance(rules, list) or not all(isinstance(r, dict) and "name" in r for r in rules):
        raise BrandError(f"cues.toml: field '{field}': an array of tables with a name expected")
    return rules


def _rule(table: Mapping[str, object]) -> _Rule:
    def names(field: str) -> frozenset[str]:
        value = table.get(field, [])
        return frozenset(map(str, value)) if isinstance(value, list) else frozenset({str(value)})

    def regex(field: str) -> re.Pattern[str] | None:
        """A pattern, or several of which one must match."""
        value = table.get(field)
        written = "|".join(map(str, value)) if isinstance(value, list) else value
        return None if written is None else re.compile(str(written))

    return _Rule(
        name=str(table["name"]),
        pattern=regex("pattern"),
        unless=regex("unless"),
        intents=names("intents"),
        moods=names("moods"),
        question=regex("question"),
        hours=float(str(table.get("hours", 0))),
    )


def _mood(name: str) -> Mood:
    moods: dict[str, Mood] = {"pos": "pos", "neu": "neu", "neg": "neg", "angry": "angry"}
    if name not in moods:
        raise BrandError(f"cues.toml: field 'mood': {name!r}")
    return moods[name]


_UNITS = (
    ("mois", 720.0),
    ("sem", 168.0),
    ("jour", 24.0),
    ("jr", 24.0),
    ("day", 24.0),
    ("an", 8760.0),
    ("heure", 1.0),
    ("hour", 1.0),
    ("h", 1.0),
    ("m", 1 / 60),
)
_NUMBERS = {
    "un": 1,
    "une": 1,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "sept": 7,
    "huit": 8,
    "dix": 10,
    "plusieurs": 3,
    "quelques": 2,
}
_COUNTED = re.compile(
    r"(\d{1,4}|" + "|".join(_NUMBERS) + r")\s?(mois|sem\w*|jours?|jrs?|days?|ans?|heures?|hours?|h|mn|min\w*)\b"
)
_FIXED = (
    (r"avant[ -]?hier", 40.0),
    (r"\bhier|yesterday|kunu", 24.0),
    (r"semaine (?:derniere|passee)", 120.0),
    (r"mois (?:dernier|passe)", 720.0),
    (r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|longtemps", 48.0),
    (r"janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre", 100.0),
    (r"^(?:depuis )?le \d", 48.0),
)


def _hours(entities: Sequence[Entity]) -> float:
    """The longest time a message names, in hours."""
    return max((_phrase_hours(fold(str(e.value))) for e in entities if e.type == "time_elapsed"), default=0.0)


def _phrase_hours(phrase: str) -> float:
    counted = _COUNTED.search(phrase)
    if counted:
        if (
            re.match(r"(?:depuis|vers|a)\s\d{1,2}\s?h", phrase)
            and int(counted.group(1)) < 24
            and "depuis" not in phrase[:6]
        ):
            return 0.0
        count = _NUMBERS.get(counted.group(1)) or int(counted.group(1))
        return count * next(factor for unit, factor in _UNITS if counted.group(2).startswith(unit))
    return next((hours for pattern, hours in _FIXED if re.search(pattern, phrase)), 0.0)
