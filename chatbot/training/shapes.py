"""Plans without their values: those that conversations brought (voice/shapes.tsv), and new ones put together at random.

A shape is what a model is asked to word: acts and a mood. Acts approved to the letter are never worded by a model, so a
plan that holds some is worded in the runs between them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from chatbot.plan import MIDDLE, ORDER
from chatbot.tables import rows
from chatbot.types import Act, Mood
from chatbot.voices.prompt_local import Brief

MOODS: tuple[Mood, ...] = ("neu", "pos", "neg", "angry")


@dataclass(frozen=True, slots=True)
class Shape:
    """Acts in speaking order, and the customer's mood."""

    acts: tuple[Act, ...]
    mood: Mood

    @property
    def key(self) -> str:
        """What two shapes that ask for the same words share: ``noted + ask.from_operator<TAB>neu``."""
        return " + ".join(" ".join([act.name, *sorted(act.facts)]) for act in self.acts) + f"\t{self.mood}"

    @property
    def slots(self) -> str:
        """The slots of its list, in order; empty with fewer than two."""
        items = [act.name for act in self.acts if act.name.startswith("item.")]
        return "+".join(items) if len(items) > 1 else ""


def from_key(key: str) -> Shape:
    """Raises ValueError on an unknown mood."""
    acts, _, mood = key.partition("\t")
    known = next((one for one in MOODS if one == mood), None)
    if known is None:
        raise ValueError(f"{mood!r} is no mood")
    return Shape(tuple(Act(name, tuple(facts)) for name, *facts in (one.split() for one in acts.split(" + "))), known)


def runs(brief: Brief, acts: Iterable[Act]) -> Iterator[tuple[Act, ...]]:
    """The acts a model may word, in runs without one that it may not."""
    run: list[Act] = []
    for act in acts:
        if brief.may_word(act):
            run.append(act)
        elif run:
            yield tuple(run)
            run = []
    if run:
        yield tuple(run)


def read_shapes(file: Path) -> list[tuple[Shape, int]]:
    """Shapes with how often conversations brought each, commonest first."""
    return [(from_key(f"{acts}\t{mood}"), int(count)) for _, (count, acts, mood) in rows(file)]


def share(salt: str, text: str) -> float:
    """A number in [0, 1) that depends on the text alone: what is held out today is held out tomorrow."""
    return int.from_bytes(hashlib.sha256(f"{salt}:{text}".encode()).digest()[:6]) / 2**48


@dataclass(frozen=True, slots=True)
class Mixer:
    """Puts new shapes together: some acts that open, and one way to go on. ``[mix]`` of train.toml says which."""

    pairs: Sequence[tuple[str, frozenset[str]]]
    groups: Mapping[str, Sequence[str]]
    common: frozenset[str]  # facts with one value for all: never numbered
    kinds: Sequence[str]  # of claims

    def draw(self, rng: Random) -> Shape:
        """One shape; acts stand in the order plans have."""
        heads = [one for name in self.groups["heads"] if rng.random() < 0.4 for one in self._some(name, rng)]
        names = [*heads, *(self._tail(rng) if rng.random() < 0.75 or not heads else ())]
        if rng.random() < 0.3:
            names = self._some(rng.choice(self.groups["alone"]), rng)
        names.sort(key=_rank)
        return Shape(self._numbered(names[:9], rng), rng.choices(MOODS, (5, 2, 3, 2))[0])

    def singles(self) -> Iterator[Shape]:
        """Every act alone, with every set of facts, in every mood."""
        for pair in self.pairs:
            for name in self._kinds(pair[0]):
                for mood in MOODS:
                    yield Shape((Act(name, tuple(sorted(pair[1]))),), mood)

    def _some(self, prefix: str, rng: Random) -> list[tuple[str, frozenset[str]]]:
        fitting = [pair for pair in self.pairs if f"{pair[0]}.".startswith(f"{prefix}.")]
        name, facts = rng.choice(fitting)
        drawn = [(rng.choice(self._kinds(name)), facts)]
        if name == "claim.filed":
            drawn += self._some("advice", rng) if rng.random() < 0.7 else []
        if name.startswith("answer.") and rng.random() < 0.15:
            drawn += [rng.choice([pair for pair in fitting if pair[1]] or fitting)]
        return drawn

    def _tail(self, rng: Random) -> list[tuple[str, frozenset[str]]]:
        way = rng.choice(self.groups["tails"])
        if way != "item":
            drawn = self._some(way, rng)
            return drawn + (self._some("way_out", rng) if way == "help" and rng.random() < 0.6 else [])
        items = [pair for pair in self.pairs if pair[0].startswith("item.")]
        chosen = {pair[0]: pair for pair in rng.sample(items, rng.randint(2, 6))}
        return self._some(rng.choice(self.groups["lists"]), rng) + list(chosen.values())

    def _numbered(self, names: Sequence[tuple[str, frozenset[str]]], rng: Random) -> tuple[Act, ...]:
        """A name two acts share stands for one value, or the second gets its number, as in ``chatbot.plan``."""
        taken: dict[str, int] = {}
        acts = []
        for name, facts in names:
            own = []
            for fact in sorted(facts):
                count = taken.get(fact, 0)
                count += not count or (fact not in self.common and rng.random() < 0.7)
                taken[fact] = min(count, 3)
                own.append(fact if taken[fact] == 1 else f"{fact}_{taken[fact]}")
            acts.append(Act(name, tuple(own)))
        return tuple(acts)

    def _kinds(self, name: str) -> list[str]:
        return [f"{name}.{kind}" for kind in self.kinds] if name == "claim.filed" else [name]


def _rank(pair: tuple[str, frozenset[str]]) -> int:
    head = pair[0].partition(".")[0]
    return ORDER.index(head) if head in ORDER else MIDDLE
