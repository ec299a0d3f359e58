"""Written rules over the learnt intents (``[[intent_rule]]`` of cues.toml): what the talk makes certain."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chatbot.brand import BrandError
from chatbot.forms.text import fold
from chatbot.types import Entity, Intent
from chatbot.understand.asked import Asked

RULED = 0.95  # confidence of what a rule decides; `make bench ONLY=understand` prints how often rules are right


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    intent: str
    pattern: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    asked: frozenset[str]
    not_asked: frozenset[str]
    instead_of: frozenset[str]
    kinds: frozenset[str]
    no_kinds: frozenset[str]
    confidence: float

    def matches(self, text: str, asked: Asked, kinds: frozenset[str], best: str) -> bool:
        return (
            (not self.asked or bool(self.asked & set(asked.labels or ("nothing",))))
            and not self.not_asked & set(asked.labels)
            and (not self.instead_of or best in self.instead_of)
            and (not self.kinds or bool(self.kinds & kinds))
            and not self.no_kinds & kinds
            and (self.pattern is None or self.pattern.search(text) is not None)
            and (self.unless is None or self.unless.search(text) is None)
        )


class Overrides:
    """The rules in the order of the file; the first that matches puts its intent first."""

    def __init__(self, cues: Mapping[str, object]) -> None:
        rules = cues.get("intent_rule", [])
        if not isinstance(rules, list):
            raise BrandError("cues.toml: field 'intent_rule': an array of tables expected")
        self._rules = [_rule(r) for r in rules]

    def apply(
        self, ranked: tuple[Intent, ...], text: str, asked: Asked, entities: Sequence[Entity]
    ) -> tuple[tuple[Intent, ...], str]:
        """The intents with the ruled one first, and the rule's name ("" when the model decided)."""
        folded = " ".join(fold(text).split())
        kinds = frozenset(e.type for e in entities)
        for rule in self._rules:
            if rule.matches(folded, asked, kinds, ranked[0].name):
                return put_first(ranked, rule.intent, rule.confidence), rule.name
        return ranked, ""


def put_first(ranked: Sequence[Intent], name: str, confidence: float) -> tuple[Intent, ...]:
    """The intents with the named one first at this confidence, and none of the others above what it leaves."""
    others = (Intent(i.name, round(min(i.confidence, 1 - confidence), 4)) for i in ranked if i.name != name)
    return (Intent(name, confidence), *others)


def _rule(table: Mapping[str, object]) -> _Rule:
    def names(field: str) -> frozenset[str]:
        value = table.get(field, [])
        return frozenset(map(str, value)) if isinstance(value, list) else frozenset({str(value)})

    def pattern(field: str) -> re.Pattern[str] | None:
        return re.compile(str(table[field])) if field in table else None

    if "name" not in table or "intent" not in table:
        raise BrandError("cues.toml: field 'intent_rule': each rule needs a name and an intent")
    return _Rule(
        name=str(table["name"]),
        intent=str(table["intent"]),
        pattern=pattern("pattern"),
        unless=pattern("unless"),
        asked=names("asked"),
        not_asked=names("not_asked"),
        instead_of=names("instead_of"),
        kinds=names("kinds"),
        no_kinds=names("no_kinds"),
        confidence=float(str(table.get("confidence", RULED))),
    )
