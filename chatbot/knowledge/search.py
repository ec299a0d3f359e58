"""Finds the article that answers a question: runs of letters against question forms, telling words against articles.

Letters forgive spelling; words weighed by how rare they are (BM25) tell subjects apart. Both are shares between 0 and
1, mixed into one score; below a calibrated threshold nothing is found. See docs/knowledge.md.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from chatbot.brand import BrandError
from chatbot.knowledge.article import Article
from chatbot.knowledge.tokens import Telling, grams, roots

SENTENCE = re.compile(r"[.!?\n;]+")
PARTS = 4  # sentences of one message that are looked up on their own: the last ones
K1, B = 1.2, 0.4  # BM25's own constants: how fast a repeated word stops counting, how much length is held against
Normalise = Callable[[str], str]


class Embedder(Protocol):
    """Turns texts into vectors of one length (an Azure embedding deployment, for one). Raises OSError when away."""

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One vector per text, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a score is mixed and read: ``letters`` is the share of the letters in it, the rest goes to the words.

    ``sure``: from here an article is quoted. ``likely``: from here it is, when the question's topic is known and its
    own. ``meaning``: share of the embedding in the score, where there is one. ``telling``: which words count.
    """

    letters: float = 0.5
    sure: float = 0.5
    likely: float = 0.3
    meaning: float = 0.5
    telling: Telling = field(default_factory=Telling)

    @classmethod
    def read(cls, settings: Mapping[str, object]) -> Calibration:
        """From ``[knowledge]`` of brand.toml. Raises BrandError naming the field."""
        table = settings.get("knowledge", {})
        if not isinstance(table, Mapping):
            raise BrandError("brand.toml: field 'knowledge': a table is expected")
        shares = {}
        for name in ("letters", "sure", "likely", "meaning"):
            value = table.get(name, getattr(cls(), name))
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
                raise BrandError(f"brand.toml: field 'knowledge.{name}': a share between 0 and 1 is expected")
            shares[name] = float(value)
        return cls(**shares, telling=Telling.read(table))


@dataclass(frozen=True, slots=True)
class Found:
    """An article and how well it fits, between 0 and 1."""

    article: Article
    score: float


class Search:
    """An index over articles, built once; ``best`` is pure but for the embedder."""

    def __init__(
        self,
        articles: Sequence[Article],
        calibration: Calibration,
        normalise: Normalise = str,
        embedder: Embedder | None = None,
        decoys: Sequence[str] = (),
    ) -> None:
        """``normalise`` rewrites question forms as it will the customers' own words.

        ``decoys`` are questions that no article answers: what looks more like one of them is not found.
        """
        self.articles = tuple(articles)
        self.calibration = calibration
        forms = [(place, normalise(form)) for place, one in enumerate(articles) for form in (*one.questions, one.title)]
        nobody = [(len(self.articles), normalise(decoy)) for decoy in decoys]
        self._letters = _Letters([*forms, *nobody], calibration.telling)
        self._words = _Words(_documents(self.articles, forms), calibration.telling)
        self._meaning = _Meaning(forms, embedder) if embedder else None

    def best(self, text: str, day: date | None = None, topic: str | None = None) -> Found | None:
        """The article nearest to a text in standard French, however far; of one ``topic`` and valid on ``day``.

        A message of several sentences is looked up whole and sentence by sentence, and its best part counts.
        """
        scores = [max(column) for column in zip(*map(self._scores, _parts(text)), strict=True)]
        ranked = sorted(zip(scores, range(len(scores)), strict=True), key=lambda row: (-row[0], row[1]))
        for score, place in ranked:
            article = self.articles[place]
            if (topic is None or topic in article.topics) and (day is None or article.valid_on(day)):
                return Found(article, score)
        return None

    def _scores(self, text: str) -> list[float]:
        size, share = len(self.articles), self.calibration.letters
        *letters, decoy = self._letters.shares(text, size + 1)
        words = self._words.shares(text, size)
        mixed = [share * a + (1 - share) * b - max(0.0, decoy - a) for a, b in zip(letters, words, strict=True)]
        if self._meaning and (near := self._meaning.shares(text, size)):
            share = self.calibration.meaning
            mixed = [share * a + (1 - share) * b for a, b in zip(near, mixed, strict=True)]
        return mixed


def _parts(text: str) -> list[str]:
    sentences = [part for part in SENTENCE.split(text) if len(part.split()) > 1]
    return [text, *sentences[-PARTS:]] if len(sentences) > 1 else [text]


def _documents(articles: Sequence[Article], forms: Sequence[tuple[int, str]]) -> list[str]:
    texts = [[article.answer] for article in articles]
    for place, form in forms:
        texts[place].append(form)
    return ["\n".join(lines) for lines in texts]


def _rarity(count: int, total: int) -> float:
    return math.log(1 + (total - count + 0.5) / (count + 0.5))


class _Letters:
    """Cosine of letter runs, weighed by rarity, against every question form; an article has its best form's."""

    def __init__(self, forms: Sequence[tuple[int, str]], telling: Telling) -> None:
        self._telling = telling
        self._owners = [place for place, _ in forms]
        counted = [grams(telling.words(form)) for _, form in forms]
        seen = Counter(gram for one in counted for gram in one)
        self._rare = {gram: _rarity(count, len(forms)) for gram, count in seen.items()}
        self._unseen = _rarity(0, len(forms))
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for index, one in enumerate(counted):
            for gram, weight in self._unit(one).items():
                self._postings[gram].append((index, weight))

    def _unit(self, counted: Counter[str]) -> dict[str, float]:
        weights = {gram: (1 + math.log(n)) * self._rare.get(gram, self._unseen) for gram, n in counted.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {gram: weight / length for gram, weight in weights.items()}

    def shares(self, text: str, size: int) -> list[float]:
        cosines = [0.0] * len(self._owners)
        for gram, weight in self._unit(grams(self._telling.words(text))).items():
            for index, other in self._postings.get(gram, ()):
                cosines[index] += weight * other
        best = [0.0] * size
        for owner, cosine in zip(self._owners, cosines, strict=True):
            best[owner] = max(best[owner], cosine)
        return best


class _Words:
    """BM25 of a text against whole articles, as a share of the most that text could score anywhere."""

    def __init__(self, documents: Sequence[str], telling: Telling) -> None:
        self._telling = telling
        counted = [Counter(roots(telling.words(document))) for document in documents]
        mean = sum(one.total() for one in counted) / len(counted) if counted else 1.0
        seen = Counter(root for one in counted for root in one)
        self._rare = {root: _rarity(count, len(counted)) for root, count in seen.items()}
        self._unseen = _rarity(0, len(counted))
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, one in enumerate(counted):
            drag = K1 * (1 - B + B * one.total() / (mean or 1.0))
            for root, count in one.items():
                self._postings[root].append((place, self._rare[root] * count / (count + drag)))

    def shares(self, text: str, size: int) -> list[float]:
        scores = [0.0] * size
        asked = set(roots(self._telling.words(text)))
        most = sum(self._rare.get(root, self._unseen) for root in asked) or 1.0
        for root in asked:
            for place, score in self._postings.get(root, ()):
                scores[place] += score / most
        return scores


class _Meaning:
    """Cosine of embeddings against every question form; silent while the embedder is away."""

    def __init__(self, forms: Sequence[tuple[int, str]], embedder: Embedder) -> None:
        self._embedder = embedder
        self._owners = [place for place, _ in forms]
        self._vectors = [_unit(vector) for vector in embedder.embed([form for _, form in forms])]

    def shares(self, text: str, size: int) -> list[float]:
        try:
            asked = _unit(self._embedder.embed([text])[0])
        except OSError:
            return []
        best = [0.0] * size
        for owner, vector in zip(self._owners, self._vectors, strict=True):
            best[owner] = max(best[owner], sum(a * b for a, b in zip(asked, vector, strict=True)))
        return best


def _unit(vector: Sequence[float]) -> list[float]:
    length = math.sqrt(sum(value * value for value in vector)) or 1.0
    return [value / length for value in vector]
