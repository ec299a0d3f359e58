"""Understanding with one component taken away, each trained anew from the same examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from chatbot.brand import Brand
from chatbot.forms.text import clean
from chatbot.normalise import Normaliser
from chatbot.types import Entity, Normalised
from chatbot.understand import Understander
from support.bench.understanding.naive import replace_chain, word_chain

Normalise = Callable[[str], Normalised]
Change = Callable[[Brand], Brand]


@dataclass(frozen=True, slots=True)
class Variant:
    """What is measured: how the brand's data, the normaliser, the features and the context differ from the whole."""

    name: str
    brand: Change = lambda brand: brand
    normaliser: Callable[[Brand], Normalise] = lambda brand: Normaliser(brand).normalise
    features: Callable[[str], bool] | None = None
    context: bool = True

    def build(self, brand: Brand, folder: Path) -> tuple[Normalise, Understander]:
        """Its normaliser and understander; the model is learnt into ``folder``."""
        changed = self.brand(brand if self.context else _without_questions(brand))
        normalise = self.normaliser(changed)
        understander = _Some(changed, folder, normalise, self.features)
        understander.ready()
        return normalise, understander


class _Some(Understander):
    """An understander whose model sees only some of the features."""

    def __init__(self, brand: Brand, folder: Path, normalise: Normalise, wanted: Callable[[str], bool] | None) -> None:
        super().__init__(brand, folder, normalise)
        self._wanted = wanted

    def _features(self, text: str, asked: Sequence[str], entities: Sequence[Entity]) -> list[str]:
        names = super()._features(text, asked, entities)
        return names if self._wanted is None else [name for name in names if self._wanted(name)]


def as_written(brand: Brand) -> Normalise:
    """No normaliser: the customer's own characters."""
    del brand
    return lambda text: Normalised(clean(text)[0], tuple(clean(text)[1]))


def _without(field: str) -> Change:
    return lambda brand: replace(brand, cues=_less(brand, field))


def _less(brand: Brand, field: str) -> MappingProxyType[str, object]:
    return MappingProxyType({name: value for name, value in brand.cues.items() if name != field})


def _without_questions(brand: Brand) -> Brand:
    return replace(brand, examples=tuple(replace(example, asked="") for example in brand.examples))


def _bare_of_conditions(brand: Brand) -> Brand:
    """Every row applies everywhere; of several senses of a form the first does."""
    senses = {row.form.lower(): replace(row, when="") for row in reversed(brand.lexicon) if row.when != "never"}
    return replace(brand, lexicon=tuple(senses.values()))


def _characters(name: str) -> bool:
    return "=" not in name and name != "mostly-entities"


VARIANTS = (
    Variant("all of it"),
    Variant("no normaliser", normaliser=as_written),
    Variant("naive replace chain for a normaliser", normaliser=replace_chain),
    Variant("the same on whole words", normaliser=word_chain),
    Variant("lexicon rows without their conditions", brand=_bare_of_conditions),
    Variant(
        "no grammar (elision, negation, endings)",
        brand=lambda b: replace(b, contexts={k: v for k, v in b.contexts.items() if k != "grammar"}),
    ),
    Variant("no concepts", brand=lambda b: replace(b, concepts={})),
    Variant("no intent rules", brand=_without("intent_rule")),
    Variant("no context (what was asked)", context=False),
    Variant("no character n-grams", features=lambda name: not _characters(name)),
    Variant("character n-grams only, no rules", brand=_without("intent_rule"), features=_characters),
    Variant(
        "the naive baseline: chain on whole words, character n-grams, no rules, no context",
        brand=_without("intent_rule"), normaliser=word_chain, features=_characters, context=False,
    ),
)  # fmt: skip
