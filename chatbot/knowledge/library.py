"""The articles in force: those shipped with the brand, and those approved since, looked up and ready to be quoted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import date
from functools import cache, partial

from chatbot.brand import BrandError
from chatbot.knowledge.article import Article, read
from chatbot.knowledge.figures import Figures
from chatbot.knowledge.search import Calibration, Normalise, Search
from chatbot.knowledge.signals import Embedder
from chatbot.types import Move


class Library:
    """Immutable. ``figures`` are the values of the placeholders that articles speak."""

    def __init__(
        self,
        articles: Sequence[Article],
        figures: Figures,
        calibration: Calibration,
        normalise: Normalise = str,
        *,
        embedder: Embedder | None = None,
        decoys: Sequence[str] = (),
    ) -> None:
        self.figures = figures
        self._shipped = tuple(articles)
        self._index = partial(
            Search, calibration=calibration, normalise=cache(normalise), embedder=embedder, decoys=decoys
        )
        self.search = self._index(self._shipped)

    @property
    def articles(self) -> tuple[Article, ...]:
        """All of them, whatever the day."""
        return self.search.articles

    def overlaid(self, approved: Iterable[Article]) -> Library:
        """The same library where ``approved`` articles replace those of their slug, or join them."""
        news = {article.slug: article for article in approved}
        kept = [news.pop(article.slug, article) for article in self._shipped]
        library = copy(self)
        library.search = self._index((*kept, *news.values()))
        return library

    def quote(self, text: str, topic: str | None = None, day: date | None = None) -> Move | None:
        """The article that answers ``text``, when it surely does; one of the question's own ``topic`` needs less."""
        bar = self.search.calibration
        found = self.search.best(text, day)
        if found and found.score >= bar.sure:
            return self.move(found.article)
        if topic and (found := self.search.best(text, day, topic)) and found.score >= bar.likely:
            return self.move(found.article)
        return None

    def near(self, text: str, day: date | None = None, most: int = 3) -> tuple[Move, ...]:
        """The articles nearest to a question that none surely answers, best first, down to ``search.calibration.near``.

        For a strong voice to look for the answer in; never to be quoted as they stand.
        """
        found = self.search.ranked(text, day)
        return tuple(self.move(one.article) for one in found[:most] if one.score >= self.search.calibration.near)

    def default(self, topic: str, day: date | None = None) -> Move | None:
        """What a topic is answered with when no article fits the words."""
        for article in self.articles:
            if topic in article.default_for and (day is None or article.valid_on(day)):
                return self.move(article)
        return None

    def move(self, article: Article) -> Move:
        """Quotes an article. Raises KeyError on a placeholder that has no value."""
        facts = {name: self.figures[name] for name in article.placeholders}
        return Move(f"answer.article.{article.slug}", facts, article.answer, article.source)


def read_shipped(brand: str, texts: Mapping[str, str], figures: Figures) -> list[Article]:
    """The articles of a brand's folder, by slug. Raises ArticleError naming file and field."""
    articles = [read(slug, text, figures.keys()) for slug, text in sorted(texts.items())]
    for article in articles:
        if article.brand not in ("", brand):
            raise BrandError(f"knowledge/{article.slug}.md: field 'brand': {article.brand!r} is not {brand!r}")
    return articles
