"""Finds conversations in which every word of a query was said, the newest first, in a bounded amount of work."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from support.models import SearchToken
from support.search import words

PAGE = 20
MOST_TERMS = 8  # more words than these narrow nothing any more
WINDOW = 2_000  # occurrences of the rarest word that one page looks at: what bounds its time
# A word with two thousand occurrences is simply common: counting them all would cost more than it tells.
_HOW_COMMON = "(SELECT COUNT(*) FROM (SELECT 1 FROM support_searchtoken WHERE token = %s LIMIT 2000) AS seen)"
_HAS_WORD = (
    "EXISTS (SELECT 1 FROM support_searchtoken AS other"
    " WHERE other.conversation_id = newest.conversation_id AND other.token = %s)"
)
_NEWEST = ("-at", "-conversation_id")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the next one holds what is older. ``token`` drove the search and goes on driving it."""

    token: int
    at: datetime
    conversation: uuid.UUID


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation, and the last message with the rarest word in it; ``seq`` 0 is what stands beside the messages."""

    conversation: uuid.UUID
    seq: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """What was found. ``following`` is None when there is no more."""

    terms: tuple[str, ...]
    hits: tuple[Hit, ...]
    following: Place | None = None


def find(query: str, after: Place | None = None) -> Page:
    """A page of what has every word of ``query``; no terms when the query is nothing but stop words.

    One query for one word, at most three for several: how common each is, then the page within a window of the rarest.
    """
    terms = tuple(words.terms(query)[:MOST_TERMS])
    tokens = [words.token(term) for term in terms]
    if not tokens:
        return Page((), ())
    driver = after.token if after and after.token in tokens else _rarest(tokens)
    window = SearchToken.objects.filter(_older(after), token=driver).order_by(*_NEWEST)
    others = [token for token in tokens if token != driver]
    rows = list(_with_all(window, others))
    hits = tuple(Hit(row.conversation_id, row.seq, row.at) for row in rows[:PAGE])
    return Page(terms, hits, _following(driver, window, rows, narrowed=bool(others)))


def _with_all(window: QuerySet[SearchToken], others: Sequence[int]) -> Iterable[SearchToken]:
    """Of the window, the newest rows whose conversation has the other words as well: a page, and one to know of more.

    Written out, since only a subquery in FROM keeps the index's order and lets the database stop at a full page.
    """
    if not others:
        return window[: PAGE + 1]
    newest, values = window[:WINDOW].query.sql_with_params()
    statement = (
        f"SELECT newest.* FROM ({newest}) AS newest WHERE {' AND '.join([_HAS_WORD] * len(others))}"  # noqa: S608
        f" ORDER BY newest.at DESC, newest.conversation_id DESC LIMIT {PAGE + 1}"
    )
    return SearchToken.objects.raw(statement, [*values, *others])


def _following(
    driver: int, window: QuerySet[SearchToken], rows: Sequence[SearchToken], *, narrowed: bool
) -> Place | None:
    if len(rows) > PAGE:
        return Place(driver, rows[PAGE - 1].at, rows[PAGE - 1].conversation_id)
    if not narrowed:
        return None
    last = window[WINDOW - 1 : WINDOW].first()  # a full window: there may be more behind it
    return Place(driver, last.at, last.conversation_id) if last else None


def _older(after: Place | None) -> Q:
    if after is None:
        return Q()
    return Q(at__lte=after.at) & (Q(at__lt=after.at) | Q(conversation__lt=after.conversation))


def _rarest(tokens: Sequence[int]) -> int:
    """The word with the fewest occurrences, each counted no further than it matters."""
    if len(tokens) == 1:
        return tokens[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join([_HOW_COMMON] * len(tokens)), list(tokens))
        counts = cursor.fetchone()
    return min(zip(counts, tokens, strict=True))[1]
