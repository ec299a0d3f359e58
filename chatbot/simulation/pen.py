"""Writes a customer's messages: phrases roughened by their hand, facts in one of the forms people give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from chatbot.simulation import shapes
from chatbot.simulation.facts import Value
from chatbot.simulation.phrases import HOLE, Hand, Phrases
from chatbot.types import Entity, Kind

SIDES = ("from_operator", "to_operator")


@dataclass(frozen=True, slots=True)
class Message:
    """One message the customer sends; ``seen`` is what a reader of pictures finds in it."""

    text: str = ""
    kind: Kind = "text"
    seen: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Pen:
    """One customer's way of writing."""

    phrases: Phrases
    hand: Hand
    rng: Random

    def say(self, name: str, **holes: str) -> str:
        """A phrase of the bank by its dotted name, its holes filled."""
        text = self.phrases.draw(name, self.rng)
        return self._filled(text, holes)

    def story(self, name: str, facts: Mapping[str, Value]) -> tuple[str, frozenset[str]]:
        """A phrase that may speak of some of the facts; and which of them it did."""
        text = self.phrases.draw(name, self.rng, frozenset(facts))
        used = frozenset(HOLE.findall(text))
        return self._filled(text, {slot: self.value(slot, facts[slot], bare=False) for slot in sorted(used)}), used

    def value(self, slot: str, value: Value, *, bare: bool) -> str:
        """A fact in one of its written forms; ``bare``: it is the answer to a question for it alone."""
        if slot == "easytransfert_id":
            return shapes.write_reference(str(value), self.rng, bare=bare)
        if slot == "operator_tx_id":
            return shapes.write_operator_id(str(value), self.rng)
        if slot.endswith("_operator"):
            return self.rng.choice(self.phrases.texts[f"network.{value}"])
        if slot.endswith("msisdn"):
            return shapes.write_phone(str(value), self.rng)
        if isinstance(value, int):
            return shapes.write_amount(value, self.rng)
        return value.lower() if self.rng.random() < 0.3 else value

    def facts(
        self, facts: Mapping[str, Value], manner: str, asked: Sequence[str] = (), story: str = ""
    ) -> list[Message]:
        """Messages that give these facts, after a story or in answer to what was asked."""
        if len(facts) == 1 and not story:
            ((slot, value),) = facts.items()
            alone = "bare" if slot in asked else "texts"
            return [Message(self._one(slot, value, f"fact.{slot}.{alone}", bare=slot in asked))]
        if manner == "numbered" and not story and list(facts) == list(asked):
            mark = self.rng.choice(("-", "-", ".", ")", " -", "/"))
            rows = [f"{place}{mark} {self.value(slot, facts[slot], bare=True)}" for place, slot in enumerate(asked, 1)]
            return [Message("\n".join(rows))]
        parts = [story] if story else []
        parts += self._parts(facts)
        if manner == "burst":
            return [Message(part) for part in parts]
        glue = "\n" if manner == "lines" else self.rng.choice((", ", " , ", ". ", "\n"))
        return [Message(glue.join(parts))]

    def _parts(self, facts: Mapping[str, Value]) -> list[str]:
        """One labelled piece of text per fact; both networks together make one."""
        rest = dict(facts)
        parts = []
        if all(side in rest for side in SIDES):
            ends = [self.value(side, rest.pop(side), bare=False) for side in SIDES]
            parts.append(self.say("fact.pair.texts", **{"from": ends[0], "to": ends[1]}))
        parts += [self._one(slot, value, f"fact.{slot}.texts", bare=False) for slot, value in rest.items()]
        return parts

    def _one(self, slot: str, value: Value, phrase: str, *, bare: bool) -> str:
        return self.say(phrase, x=self.value(slot, value, bare=bare))

    def _filled(self, text: str, holes: Mapping[str, str]) -> str:
        written = self.hand.write(text, self.phrases.spelling, self.rng)
        return HOLE.sub(lambda match: holes[match[1]], written)


def receipt(facts: Mapping[str, Value], *slots: str) -> Message:
    """A picture of a receipt on which these facts can be read."""
    seen = tuple(Entity(slot, facts[slot], (0, 0)) for slot in slots if slot in facts)
    return Message("", "image", seen)
