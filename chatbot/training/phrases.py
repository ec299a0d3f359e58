"""The many ways to say each act: patterns of voice/phrases/*.toml, drawn with a seed.

``[a|b|]`` is one of its parts, and parts may hold further brackets. A mood without patterns falls back as in
``chatbot.wording``.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random

from chatbot.brand import BrandError
from chatbot.types import Act, Mood
from chatbot.voices.prompt_local import NUMBERED
from chatbot.wording import MOODS, PLACEHOLDER, names_in

MARK = re.compile(r"[\[\]|]")
Part = str | tuple["Pattern", ...]  # plain words, or the alternatives of a bracket


@dataclass(frozen=True, slots=True)
class Pattern:
    """Plain words and choices, in order; ``count`` texts can come of it."""

    parts: tuple[Part, ...]
    count: int

    @classmethod
    def of(cls, parts: tuple[Part, ...]) -> Pattern:
        """With its count."""
        return cls(parts, math.prod(1 if isinstance(part, str) else sum(one.count for one in part) for part in parts))

    def draw(self, rng: Random) -> str:
        """One of its texts: richer alternatives are likelier."""
        return "".join(part if isinstance(part, str) else _one(part, rng).draw(rng) for part in self.parts)

    def all(self) -> Iterator[str]:
        """Every text."""
        ways = (
            (part,) if isinstance(part, str) else [text for one in part for text in one.all()] for part in self.parts
        )
        return ("".join(pieces) for pieces in product(*ways))


@dataclass(frozen=True, slots=True)
class Phrases:
    """``acts`` maps act → mood → patterns with the facts they speak."""

    acts: Mapping[str, Mapping[Mood, tuple[tuple[Pattern, frozenset[str]], ...]]]

    @classmethod
    def read(cls, folder: Path) -> Phrases:
        """From the TOML files of voice/phrases. Raises BrandError naming file and act."""
        acts: dict[str, Mapping[Mood, tuple[tuple[Pattern, frozenset[str]], ...]]] = {}
        for file in sorted(folder.glob("*.toml")):
            for name, table in tomllib.loads(file.read_text(encoding="utf-8")).items():
                if name in acts or "neu" not in table:
                    raise BrandError(f"{file.name}: {name}: said twice, or nothing for the mood 'neu'")
                acts[name] = {
                    mood: tuple((parse(f"{file.name}: {name}", text), names_in(text)) for text in table[mood])
                    for mood in MOODS
                    if mood in table
                }
        return cls(acts)

    def find(self, act: str, facts: frozenset[str], mood: Mood) -> tuple[Pattern, ...]:
        """The patterns that fit, of the act or of the one it is a kind of; empty when there are none."""
        while act:
            for nearest in MOODS[mood]:
                fitting = tuple(one for one, names in self.acts.get(act, {}).get(nearest, ()) if names == facts)
                if fitting:
                    return fitting
            act = act.rpartition(".")[0]
        return ()

    def draw(self, act: Act, mood: Mood, rng: Random) -> str:
        """One way to say an act, its placeholders numbered as the plan numbers them. Raises BrandError without one."""
        names = {NUMBERED.sub("", fact): fact for fact in act.facts}
        fitting = self.find(act.name, frozenset(names), mood)
        if not fitting:
            raise BrandError(f"voice/phrases: nothing for {act.name!r} with {sorted(names)}")
        return PLACEHOLDER.sub(lambda match: "{" + names[match[1]] + "}", _one(fitting, rng).draw(rng))

    def pairs(self) -> list[tuple[str, frozenset[str]]]:
        """Every act with every set of facts it can speak."""
        return sorted(
            {(act, names) for act, moods in self.acts.items() for way in moods.values() for _, names in way}, key=_order
        )


def parse(where: str, text: str) -> Pattern:
    """Raises BrandError on brackets that do not close."""
    pattern, end = _sequence(text, 0)
    if end != len(text):
        raise BrandError(f"{where}: brackets do not pair in {text!r}")
    return pattern


def _sequence(text: str, at: int) -> tuple[Pattern, int]:
    """Up to the ``|`` or ``]`` that ends it, or to the end of the text."""
    parts: list[Part] = []
    while found := MARK.search(text, at):
        parts.append(text[at : found.start()])
        at = found.start()
        if found[0] != "[":
            return Pattern.of(tuple(parts)), at
        choices: list[Pattern] = []
        while not choices or text[at] == "|":
            one, at = _sequence(text, at + 1)
            choices.append(one)
            if at >= len(text):
                return Pattern.of(tuple(parts)), -1
        parts.append(tuple(choices))
        at += 1
    return Pattern.of((*parts, text[at:])), len(text)


def _one(patterns: tuple[Pattern, ...], rng: Random) -> Pattern:
    return rng.choices(patterns, [math.sqrt(one.count) for one in patterns])[0]


def _order(pair: tuple[str, frozenset[str]]) -> tuple[str, list[str]]:
    return pair[0], sorted(pair[1])
