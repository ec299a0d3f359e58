"""Approved articles over the shipped ones, in every process within seconds: each looks at the table now and then.

One small query every two seconds a process says whether a decision was made since; no message is needed that could be
missed. Only then are the articles read and indexed again.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import structlog
from django.db import DatabaseError
from django.db.models import Count, Max

from chatbot.knowledge.article import Article as Value
from chatbot.turn import Mind
from support.knowledge.values import as_value, errors
from support.models import Article, ArticleStatus

log = structlog.get_logger(__name__)
CHECK_SECONDS = 2.0
Decisions = tuple[object, ...]


@dataclass(slots=True)
class _Seen:
    """What a process last knew of a brand: the mind it was shipped with, the decisions, and the mind they made."""

    shipped: Mind
    decisions: Decisions
    mind: Mind
    at: float


_lock = threading.Lock()
_seen: dict[str, _Seen] = {}


def applied(shipped: Mind) -> Mind:
    """``shipped`` with the articles approved by now, give or take two seconds; as last known while the base is away."""
    slug = shipped.brand.slug
    with _lock:
        seen = _seen.get(slug)
        if seen is None or seen.shipped is not shipped:
            seen = _seen[slug] = _Seen(shipped, (), shipped, float("-inf"))
        if time.monotonic() - seen.at < CHECK_SECONDS:
            return seen.mind
        try:
            _look_again(seen, slug)
        except DatabaseError:
            log.exception("articles_not_read", brand=slug)
        seen.at = time.monotonic()
        return seen.mind


def forget() -> None:
    """Look at the table again next time."""
    with _lock:
        _seen.clear()


def in_force(shipped: Mind) -> list[Value]:
    """The newest approved version of each article of the brand; one that has become unusable is left out, and said."""
    defaults = {one.slug: one.default_for for one in shipped.knowledge.library.articles}
    rows = Article.objects.filter(brand=shipped.brand.slug, status=ArticleStatus.APPROVED).order_by("slug", "version")
    newest = {row.slug: row for row in rows}
    usable = []
    for row in newest.values():
        if wrong := errors(row, shipped):
            log.error("article_unusable", article=str(row), fields=sorted(wrong))
        else:
            usable.append(as_value(row, defaults.get(row.slug, ())))
    return usable


def _look_again(seen: _Seen, slug: str) -> None:
    decided = Article.objects.filter(brand=slug).exclude(status=ArticleStatus.DRAFT)
    decisions = tuple(decided.aggregate(count=Count("id"), last=Max("decided_at")).values())
    if decisions != seen.decisions:
        approved = in_force(seen.shipped)
        seen.mind = seen.shipped.overlaid(approved) if approved else seen.shipped
        seen.decisions = decisions
        log.info("articles_in_force", brand=slug, approved=len(approved))
