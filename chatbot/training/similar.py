"""Finds examples that say nearly the same: Jaccard similarity of character shingles, exact, by prefix filtering.

Two sets whose Jaccard similarity reaches t share one of the first |x| − ⌈t·|x|⌉ + 1 elements of each, in any fixed
order of all elements (Chaudhuri and others, 2006; Bayardo and others, 2007); with rare ones first few candidates are
left. Unlike MinHash nothing is missed, so the check of the written files can never disagree with the builder.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import chain

from chatbot.forms.text import fold

WIDTH = 4  # characters of a shingle: a typing error changes four of them
_NUMBERED = re.compile(r"_\d+(?=[\]}])")
_NOT_WORDS = re.compile(r"[^\w\[\]{}]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """What makes an example: what the customer wrote last, and what was answered."""

    asked: str
    answered: str

    @property
    def exact(self) -> str:
        """Equal for examples that differ in nothing but case, accents, punctuation and numbers of masks."""
        return f"{plain(self.asked)}\n{plain(self.answered)}"


def plain(text: str) -> str:
    """Folded words; masks and placeholders without their numbers."""
    return _NOT_WORDS.sub(" ", fold(_NUMBERED.sub("", text))).strip()


def shingles(text: str) -> frozenset[str]:
    """Its runs of WIDTH characters; a shorter text is one shingle."""
    padded = f" {plain(text)} "
    return frozenset(padded[i : i + WIDTH] for i in range(max(1, len(padded) - WIDTH + 1)))


def jaccard(left: Set[int], right: Set[int]) -> float:
    """Shared elements of all elements, in [0, 1]."""
    both = len(left & right)
    return both / (len(left) + len(right) - both)


class Neighbours:
    """An index of pairs, filled as it is asked. Two pairs are as similar as the less similar of their two sides.

    Takes about 10 KB an example.
    """

    def __init__(self, everything: Sequence[Pair], threshold: float) -> None:
        self._threshold = threshold
        self._numbers: dict[tuple[str, str], int] = {}
        self._sides = [(self._side("asked", pair.asked), self._side("answered", pair.answered)) for pair in everything]
        self._seen = Counter(chain.from_iterable(chain.from_iterable(self._sides)))
        self._holders: dict[int, list[int]] = defaultdict(list)

    def find(self, number: int) -> Iterator[tuple[int, float]]:
        """Numbers of added pairs at or over the threshold, and how similar they are."""
        mine = self._sides[number]
        found = [self._sharing(side) for side in mine]  # each side must reach the threshold by itself
        for other in sorted(found[0] & found[1]):
            theirs = self._sides[other]
            alike = min(jaccard(side, theirs[place]) for place, side in enumerate(mine))
            if alike >= self._threshold:
                yield other, alike

    def add(self, number: int) -> None:
        """Pair ``number`` can be found from now on."""
        for side in self._sides[number]:
            for element in self._prefix(side):
                self._holders[element].append(number)

    def _sharing(self, side: frozenset[int]) -> set[int]:
        return set().union(*(self._holders.get(element, ()) for element in self._prefix(side)))

    def _side(self, name: str, text: str) -> frozenset[int]:
        """Shingles as numbers; those of questions and of answers are not the same."""
        return frozenset(self._numbers.setdefault((name, one), len(self._numbers)) for one in sorted(shingles(text)))

    def _prefix(self, side: frozenset[int]) -> list[int]:
        elements = sorted(side, key=lambda element: (self._seen[element], element))
        return elements[: len(elements) - math.ceil(self._threshold * len(elements)) + 1]
