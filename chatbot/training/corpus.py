"""Shapes and their words: what the voice is trained on, and what it is held to.

    .venv/bin/python -m chatbot.training.corpus easytransfert 20     # twenty examples, to be read

Held out are plans (acts, facts and mood together) and combinations of slots in a list; neither is ever trained on.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from chatbot.brand import Brand, load
from chatbot.lexis import Lexis
from chatbot.training.judge import BULLET, Style, refusal
from chatbot.training.phrases import Phrases
from chatbot.training.shapes import Mixer, Shape, read_shapes, runs, share
from chatbot.voices.prompt_local import Brief, Pair, pair
from chatbot.watch import Watch
from chatbot.wording import Wording

TRIES = 40


@dataclass(frozen=True, slots=True)
class Example:
    """A shape and one good way to word it, placeholders in braces."""

    shape: Shape
    pieces: tuple[str, ...]  # one for each act, with what joins it to the one before

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything needed to write examples for a brand."""

    brief: Brief
    phrases: Phrases
    style: Style
    watch: Watch
    lexis: Lexis
    mixer: Mixer
    seen: tuple[tuple[Shape, int], ...]
    split: Mapping[str, Any]
    common: frozenset[str]

    @classmethod
    def of(cls, brand: Brand) -> Corpus:
        """Raises BrandError where the brand's voice/ folder is not usable."""
        folder = brand.path / "voice"
        settings = recipe(folder)
        brief = Brief.read(tomllib.loads((folder / "voice.toml").read_text(encoding="utf-8")))
        phrases = Phrases.read(folder / "phrases")
        facts = brand.settings.get("facts", {})
        common = frozenset(facts) if isinstance(facts, Mapping) else frozenset()
        kinds = [name for name in brand.flows if name != "_slots"]
        seen: Counter[Shape] = Counter()
        for shape, count in read_shapes(folder / "shapes.tsv"):
            seen.update({Shape(acts, shape.mood): count for acts in runs(brief, shape.acts)})
        wording = Wording.read(brand.wording, brand.flows)
        lexis = Lexis.read(brand.settings, wording, brand.phrases, brand.articles.values())
        return cls(
            brief,
            phrases,
            Style.read(tomllib.loads((folder / "voice.toml").read_text(encoding="utf-8"))),
            Watch.read(brand.settings, brand.marks),
            lexis,
            Mixer(phrases.pairs(), settings["mix"], common, kinds),
            tuple(seen.items()),
            settings["split"],
            common,
        )

    def part(self, shape: Shape) -> str:
        """``train``, ``held_out`` (a plan) or ``unseen_slots`` (a combination of slots that no trained plan has)."""
        if shape.slots and share(self.split["salt"], shape.slots) < self.split["slots"]:
            return "unseen_slots"
        if len(shape.acts) > 1 and share(self.split["salt"], shape.key) < self.split["plans"]:
            return "held_out"
        return "train"

    def word(self, shape: Shape, rng: Random) -> Example | None:
        """A good wording, or None when so many tries brought none."""
        for _ in range(TRIES):
            drawn = Example(shape, join([self.phrases.draw(act, shape.mood, rng) for act in shape.acts]))
            text = drawn.text
            if self.style.faults(text, shape.acts, shape.mood):
                continue
            if refusal(self.watch, text, shape.acts, shape.mood) == "passed":
                return drawn
        return None

    def shapes(self, rng: Random) -> Iterator[Shape]:
        """Without end: as conversations bring them (the root of their count), alone, and put together."""
        seen, weights = [shape for shape, _ in self.seen], [count**0.5 for _, count in self.seen]
        singles = list(self.mixer.singles())
        while True:
            chance = rng.random()
            if chance < self.split["seen"]:
                yield rng.choices(seen, weights)[0]
            elif chance < self.split["seen"] + self.split["alone"]:
                yield rng.choice(singles)
            else:
                yield self.mixer.draw(rng)

    def examples(self, part: str, count: int, seed: str) -> list[Example]:
        """``count`` examples of one part; the same seed gives the same ones in the same order."""
        rng = Random(f"{seed}/{part}")
        found: list[Example] = []
        for shape in self.shapes(rng):
            if len(found) >= count:
                break
            if self.part(shape) == part and (drawn := self.word(shape, rng)) is not None:
                found.append(drawn)
        return found

    def reach(self) -> list[Pair]:
        """The acts, with their facts, that training covers."""
        return sorted({pair(shape.acts[0]) for shape in self.mixer.singles()})


def recipe(folder: Path) -> Mapping[str, Any]:
    """voice/train.toml: how the corpus is mixed and split, the model's size, the training's pace."""
    return tomllib.loads((folder / "train.toml").read_text(encoding="utf-8"))


def join(texts: list[str]) -> tuple[str, ...]:
    """The pieces as the template joins its acts; after a list, prose starts on a line of its own."""
    pieces = [texts[0].lstrip("\n")]
    for before, text in pairwise(texts):
        after_list = before.rpartition("\n")[2].startswith(BULLET)
        pieces.append(text if text.startswith("\n") else ("\n" if after_list else " ") + text)
    return tuple(pieces)


if __name__ == "__main__":
    corpus = Corpus.of(load(sys.argv[1]))
    for example in corpus.examples("train", int(sys.argv[2]), "read"):
        sys.stdout.write(f"[{example.shape.mood}] {' + '.join(a.name for a in example.shape.acts)}\n{example.text}\n\n")
