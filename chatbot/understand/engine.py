"""Understands one message: entities, then intent, then mood; explains itself when asked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from chatbot.brand import Brand
from chatbot.forms.text import fold
from chatbot.tables import INTENTS
from chatbot.types import Entity, Intent, Meaning, Normalised
from chatbot.understand.answers import chosen_option
from chatbot.understand.asked import Asked, read_context
from chatbot.understand.corrected import Corrected
from chatbot.understand.entities import Entities
from chatbot.understand.features import Concepts, features, marks, masked
from chatbot.understand.intents import Intents, load_or_train
from chatbot.understand.mood import Moods, Reading
from chatbot.understand.override import RULED, Overrides, put_first

# No channel takes a longer text (contract: 4,000 characters); a burst of a few such messages still fits.
LONGEST = 12_000
# Part of the cache key: change it whenever features of a message may come out otherwise.
RECIPE = "5"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a message was understood so: the rule or features behind the intent, the rules behind mood and need."""

    intent_rule: str
    features: tuple[tuple[str, float], ...]
    mood_rule: str
    human_rule: str
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    meaning: Meaning
    rule: str
    features: Sequence[str]
    mood: Reading
    asked: Asked


class Understander:
    """One brand's understanding. ``normalise`` is the normaliser's function; it prepares the training examples.

    The intent model loads, or is trained, at the first message (or ``ready()``). Raises BrandError on unusable data.
    Where it ``trains`` not, a model that is not there raises Untrained, at each message until it is.
    """

    def __init__(
        self,
        brand: Brand,
        cache_dir: Path,
        normalise: Callable[[str], Normalised],
        intents: Callable[[], Intents] | None = None,
        *,
        trains: bool = True,
    ) -> None:
        self._given = intents
        self._trains = trains
        self._brand = brand
        self._cache_dir = cache_dir
        self._normalise = normalise
        self._entities = Entities(brand)
        self._concepts = Concepts(brand.concepts)
        self._moods = Moods(brand.cues)
        self._overrides = Overrides(brand.cues)

    def ready(self) -> None:
        """Loads or trains the intent model now rather than at the first message. Raises Untrained where it may not."""
        _ = self._intents

    def taught(self, brand: Brand, normalise: Callable[[str], Normalised]) -> Understander:
        """This understanding under a brand with more corrections: they count at once, the trained model stays."""
        return Understander(brand, self._cache_dir, normalise, lambda: self._intents)

    def understand(self, normalised: Normalised, original: str, context: Sequence[str] = ()) -> Meaning:
        """The meaning of a message or a burst joined by line breaks.

        ``original`` is the text ``normalised`` was made from; entity spans count its characters. ``context`` holds the
        bot's last messages, oldest first, and/or the names of the slots just asked. Only the first 12,000
        characters are read.
        """
        return self._read(normalised, original, context).meaning

    def explain(
        self, normalised: Normalised, original: str, context: Sequence[str] = ()
    ) -> tuple[Meaning, Explanation]:
        """The meaning, and the reasons for it."""
        read = self._read(normalised, original, context)
        evidence = () if read.rule else tuple(self._intents.evidence(read.features, read.meaning.intent.name))
        why = Explanation(read.rule, evidence, read.mood.mood_rule, read.mood.human_rule, read.asked.labels)
        return read.meaning, why

    def _read(self, normalised: Normalised, original: str, context: Sequence[str]) -> _Read:
        if len(original) > LONGEST or len(normalised.text) > LONGEST:
            original = original[:LONGEST]
            normalised = self._normalise(original[: LONGEST // 2])
        asked = read_context(context)
        entities = self._entities.find(normalised, original, asked)
        text = self._masked(normalised, entities)
        names = self._features(text, asked.labels, entities)
        chosen = chosen_option(original, asked)
        if chosen is not None and not entities:
            intents, rule = self._choose(chosen[0], asked), "menu"
        else:
            intents, rule = self._decide(names, text, asked, entities)
        mood = self._moods.read(f"{normalised.text}\n{original}", intents[0].name, entities, asked.text)
        return _Read(Meaning(intents, entities, mood.mood, mood.needs_human), rule, names, mood, asked)

    def _choose(self, chosen: str, asked: Asked) -> tuple[Intent, ...]:
        """What the chosen option of a menu says."""
        option = self._masked(self._normalise(chosen), ())
        if asked.wants("confirm") or not option.strip():
            return (Intent("confirm", 0.9),)
        return self._intents.rank(self._features(option, (), ()))

    def _decide(
        self, names: Sequence[str], text: str, asked: Asked, entities: Sequence[Entity]
    ) -> tuple[tuple[Intent, ...], str]:
        ranked = self._intents.rank(names)
        corrected = self._corrected.find(text, asked)
        if corrected:
            return put_first(ranked, corrected.intent, RULED), corrected.place
        return self._overrides.apply(ranked, text, asked, entities)

    @cached_property
    def _intents(self) -> Intents:
        if self._given:
            return self._given()
        return load_or_train(self._brand, self._cache_dir, self._read_example, self._recipe(), trains=self._trains)

    @cached_property
    def _corrected(self) -> Corrected:
        return Corrected((self._example_text(e.text, e.asked), e) for e in self._brand.examples if e.file != INTENTS)

    def _example_text(self, text: str, question: str) -> str:
        normalised = self._normalise(text)
        return self._masked(normalised, self._entities.find(normalised, text, read_context([question])))

    def _read_example(self, text: str, question: str) -> list[str]:
        asked = read_context([question] if question else [])
        normalised = self._normalise(text)
        entities = self._entities.find(normalised, text, asked)
        return self._features(self._masked(normalised, entities), asked.labels, entities)

    def _features(self, text: str, asked: Sequence[str], entities: Sequence[Entity]) -> list[str]:
        return features(text, asked, entities, self._concepts.of(" ".join(fold(text).split())))

    def _masked(self, normalised: Normalised, entities: Sequence[Entity]) -> str:
        """The normalised text with numbers and ids replaced by their kind."""
        wanted = [(e.span, e.type) for e in entities if marks(e.type)]
        if not wanted:
            return normalised.text
        spans = []
        for (start, end), kind in wanted:
            inside = [i for i, (a, b) in enumerate(normalised.origin) if a < end and start < b]
            if inside:
                spans.append((inside[0], inside[-1] + 1, kind))
        return masked(normalised.text, spans)

    def _recipe(self) -> str:
        digest = hashlib.sha256(RECIPE.encode())
        for row in self._brand.lexicon:
            digest.update(f"{row.form}\t{row.standard}\t{row.when}\n".encode())
        digest.update(
            repr((self._brand.contexts, self._brand.operators, self._brand.cues, self._brand.concepts)).encode()
        )
        return digest.hexdigest()
