"""Approved articles over the shipped ones, in every process within seconds: each looks at the table now and then.

One small query every two seconds a process says whether a decision was made since; no message is needed that could be
missed. Only then are the articles read and indexed again.
"""

from __future__ import annotations

import threading

import structlog
from django.db import DatabaseError

from chatbot.knowledge.article import Article as Value
from chatbot.turn import Mind
from support.knowledge.values import as_value, errors
from support.models import Article, ArticleStatus
from support.recent import NOTHING_DECIDED, Decisions, Recent, decisions

log = structlog.get_logger(__name__)
_lock = threading.Lock()
_overlaid: dict[str, tuple[Mind, Decisions, Mind]] = {}  # brand → as shipped, what was decided by then, what that made


def applied(shipped: Mind) -> Mind:
    """``shipped`` with the articles approved by now, give or take two seconds; as last known while the base is away."""
    slug = shipped.brand.slug
    decided = _recent.of(slug)
    with _lock:
        known = _overlaid.get(slug, (shipped, NOTHING_DECIDED, shipped))
        if known[0] is shipped and known[1] == decided:
            return known[2]
        try:
            approved = in_force(shipped)
        except DatabaseError:
            log.exception("articles_not_read", brand=slug)
            return known[2]
        mind = shipped.overlaid(approved) if approved else shipped
        _overlaid[slug] = shipped, decided, mind
        log.info("articles_in_force", brand=slug, approved=len(approved))
        return mind


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


def _decisions(slug: str) -> Decisions:
    return decisions(Article.objects.filter(brand=slug).exclude(status=ArticleStatus.DRAFT))


_recent: Recent[Decisions] = Recent(_decisions, NOTHING_DECIDED)
