"""Ways to tell how near a text is to each article, every one a share between 0 and 1.

``Letters`` forgives spelling, ``Words`` tells subjects apart, ``Leaning`` weighs all words at once, ``Meaning`` asks an
embedder. A text and its articles meet as (place, form) pairs: the article's place and one question form of it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

from chatbot.knowledge.tokens import Telling, grams, roots

K1, B = 1.2, 0.4  # BM25's own constants: how fast a repeated word stops counting, how much length is held against
SMOOTH = 0.1  # of a count: what an article is credited with of a word it never had
GRAM = 0.3  # of a word: what a run of letters weighs in a leaning
Forms = Sequence[tuple[int, str]]


class Embedder(Protocol):
    """Turns texts into vectors of one length (an Azure embedding deployment, for one). Raises OSError when away."""

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One vector per text, in order."""
        ...


def _rarity(count: int, total: int) -> float:
    return math.log(1 + (total - count + 0.5) / (count + 0.5))


class Letters:
    """Cosine of letter runs, weighed by how few articles have them, with every form; an article has its best form's."""

    def __init__(self, forms: Forms, telling: Telling) -> None:
        self._owners = [place for place, _ in forms]
        counted = [grams(telling.words(form)) for _, form in forms]
        holders: dict[str, set[int]] = defaultdict(set)
        for owner, one in zip(self._owners, counted, strict=True):
            for gram in one:
                holders[gram].add(owner)
        total = len(set(self._owners))
        self._rare = {gram: _rarity(len(owners), total) for gram, owners in holders.items()}
        self._unseen = _rarity(0, total)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for index, one in enumerate(counted):
            for gram, weight in self._unit(one).items():
                self._postings[gram].append((index, weight))

    def _unit(self, counted: Counter[str]) -> dict[str, float]:
        weights = {gram: (1 + math.log(n)) * self._rare.get(gram, self._unseen) for gram, n in counted.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {gram: weight / length for gram, weight in weights.items()}

    def shares(self, words: Sequence[str], size: int) -> list[float]:
        """One share per article, of ``size`` in all, for the telling words of a text."""
        cosines = [0.0] * len(self._owners)
        for gram, weight in self._unit(grams(words)).items():
            for index, other in self._postings.get(gram, ()):
                cosines[index] += weight * other
        return _best(self._owners, cosines, size)


class Words:
    """BM25 of a text against whole articles, as a share of the most that text could score anywhere."""

    def __init__(self, documents: Sequence[str], telling: Telling) -> None:
        counted = [Counter(roots(telling.words(document))) for document in documents]
        mean = sum(one.total() for one in counted) / (len(counted) or 1) or 1.0
        seen = Counter(root for one in counted for root in one)
        self._rare = {root: _rarity(count, len(counted)) for root, count in seen.items()}
        self._unseen = _rarity(0, len(counted))
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, one in enumerate(counted):
            drag = K1 * (1 - B + B * one.total() / mean)
            for root, count in one.items():
                self._postings[root].append((place, self._rare[root] * count / (count + drag)))

    def shares(self, words: Sequence[str], size: int) -> list[float]:
        """One share per article, of ``size`` in all, for the telling words of a text."""
        scores = [0.0] * size
        asked = set(roots(words))
        most = sum(self._rare.get(root, self._unseen) for root in asked) or 1.0
        for root in asked:
            for place, score in self._postings.get(root, ()):
                scores[place] += score / most
        return scores


class Leaning:
    """Naive Bayes over words, pairs of words and letter runs: how probable each article is, given it is one of them.

    Alone it cannot say « none of them »; among several near articles it is the best judge of all.
    """

    def __init__(self, forms: Forms, telling: Telling, size: int) -> None:
        tallies: list[Counter[str]] = [Counter() for _ in range(size)]
        for place, form in forms:
            tallies[place].update(_marks(telling.words(form)))
        known = {mark for tally in tallies for mark in tally}
        floors = [sum(tally.values()) + SMOOTH * (len(known) or 1) for tally in tallies]
        self._floors = [math.log(SMOOTH / floor) for floor in floors]
        self._gains: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, tally in enumerate(tallies):
            for mark, count in tally.items():
                self._gains[mark].append((place, math.log((count + SMOOTH) / SMOOTH)))

    def shares(self, words: Sequence[str], size: int) -> list[float]:
        """One probability per article, of ``size`` in all; they add up to one with those left out."""
        marks = {mark: weight for mark, weight in _marks(words).items() if mark in self._gains}
        whole = sum(marks.values())
        logs = [floor * whole for floor in self._floors]
        for mark, weight in marks.items():
            for place, gain in self._gains[mark]:
                logs[place] += weight * gain
        # Marks of one word repeat one another: their evidence counts as its square root, or all would be certainty.
        calm = math.sqrt(whole) or 1.0
        most = max(logs, default=0.0)
        odds = [math.exp((value - most) / calm) for value in logs]
        return [value / sum(odds) for value in odds][:size]


class Meaning:
    """Cosine of embeddings against every question form; silent while the embedder is away."""

    def __init__(self, forms: Forms, embedder: Embedder) -> None:
        self._embedder = embedder
        self._owners = [place for place, _ in forms]
        self._vectors = [_unit(vector) for vector in embedder.embed([form for _, form in forms])]

    def shares(self, text: str, size: int) -> list[float]:
        """One share per article, of ``size`` in all; empty when the embedder did not answer."""
        try:
            asked = _unit(self._embedder.embed([text])[0])
        except OSError:
            return []
        near = [sum(a * b for a, b in zip(asked, vector, strict=True)) for vector in self._vectors]
        return _best(self._owners, near, size)


def _marks(words: Sequence[str]) -> Counter[str]:
    """What a leaning counts: words, pairs of words, and runs of letters at a lesser weight."""
    cut = roots(words)
    marks: Counter[str] = Counter([*cut, *map("+".join, pairwise(cut))])
    for gram, count in grams(words).items():
        marks[f"~{gram}"] = GRAM * count  # type: ignore[assignment]  # a Counter of weights
    return marks


def _best(owners: Sequence[int], near: Sequence[float], size: int) -> list[float]:
    best = [0.0] * size
    for owner, value in zip(owners, near, strict=True):
        best[owner] = max(best[owner], value)
    return best


def _unit(vector: Sequence[float]) -> list[float]:
    length = math.sqrt(sum(value * value for value in vector)) or 1.0
    return [value / length for value in vector]
