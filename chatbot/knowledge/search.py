"""Finds the article that answers a question, by letters, words and leanings (signals.py) mixed into one score.

Below a calibrated threshold nothing is found. See docs/knowledge.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from chatbot.brand import BrandError
from chatbot.knowledge.article import Article
from chatbot.knowledge.signals import Embedder, Leaning, Letters, Meaning, Words
from chatbot.knowledge.tokens import Telling

SENTENCE = re.compile(r"[.!?\n;]+")
PARTS = 4  # sentences of one message that are looked up on their own: the last ones
ELSEWHERE = 0.5  # of its score is left to an article that says nothing of a strange subject the message names
Normalise = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a score is mixed and read: ``leaning`` is a share of all of it, ``letters`` one of the rest beside words.

    ``sure``: from here an article is quoted. ``likely``: from here it is, when the question's topic is known and its
    own. ``near``: from here a strong voice may look for the answer in it. ``meaning``: share of the embedding in the
    score, where there is one. ``telling``: which words count.
    """

    letters: float = 0.3
    leaning: float = 0.3
    sure: float = 0.5
    likely: float = 0.3
    near: float = 0.2
    meaning: float = 0.5
    telling: Telling = field(default_factory=Telling)

    @classmethod
    def read(cls, settings: Mapping[str, object]) -> Calibration:
        """From ``[knowledge]`` of brand.toml. Raises BrandError naming the field."""
        table = settings.get("knowledge", {})
        if not isinstance(table, Mapping):
            raise BrandError("brand.toml: field 'knowledge': a table is expected")
        shares = {}
        for name in ("letters", "leaning", "sure", "likely", "near", "meaning"):
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
        *,
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
        self._letters = Letters([*forms, *nobody], calibration.telling)
        self._words = Words(_documents(self.articles, forms), calibration.telling)
        self._leaning = Leaning([*forms, *nobody], calibration.telling, len(self.articles) + 1)
        self._meaning = Meaning(forms, embedder) if embedder else None
        self._strange = [calibration.telling.strange(text) for text in _documents(self.articles, forms)]

    def best(self, text: str, day: date | None = None, topic: str | None = None) -> Found | None:
        """The article nearest to a text in standard French, however far; of one ``topic`` and valid on ``day``.

        A message of several sentences is looked up whole and sentence by sentence, and its best part counts.
        """
        return next(iter(self.ranked(text, day, topic)), None)

    def ranked(self, text: str, day: date | None = None, topic: str | None = None) -> list[Found]:
        """All articles of ``topic`` valid on ``day``, nearest first."""
        scores = [max(column) for column in zip(*map(self._scores, _parts(text)), strict=True)]
        if strange := self.calibration.telling.strange(text):
            scores = [
                score if strange <= own else score * ELSEWHERE for score, own in zip(scores, self._strange, strict=True)
            ]
        ranked = sorted(zip(scores, range(len(scores)), strict=True), key=lambda row: (-row[0], row[1]))
        ordered = [Found(self.articles[place], score) for score, place in ranked]
        return [
            one
            for one in ordered
            if (topic is None or topic in one.article.topics) and (day is None or one.article.valid_on(day))
        ]

    def _scores(self, text: str) -> list[float]:
        size, bar = len(self.articles), self.calibration
        telling = bar.telling.words(text)
        *letters, decoy = self._letters.shares(telling, size + 1)
        words = self._words.shares(telling, size)
        mixed = [
            bar.letters * a + (1 - bar.letters) * b - max(0.0, decoy - a) for a, b in zip(letters, words, strict=True)
        ]
        mixed = _mix(bar.leaning, self._leaning.shares(telling, size), mixed)
        if self._meaning and (near := self._meaning.shares(text, size)):
            mixed = _mix(bar.meaning, near, mixed)
        return mixed


def _mix(share: float, one: Sequence[float], other: Sequence[float]) -> list[float]:
    return [share * a + (1 - share) * b for a, b in zip(one, other, strict=True)]


def _parts(text: str) -> list[str]:
    sentences = [part for part in SENTENCE.split(text) if len(part.split()) > 1]
    return [text, *sentences[-PARTS:]] if len(sentences) > 1 else [text]


def _documents(articles: Sequence[Article], forms: Sequence[tuple[int, str]]) -> list[str]:
    texts = [[article.answer] for article in articles]
    for place, form in forms:
        texts[place].append(form)
    return ["\n".join(lines) for lines in texts]
