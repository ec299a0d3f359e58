"""Approved lessons over the shipped understanding, in every process within seconds: each looks at the table often.

As with articles, one small query every two seconds says whether a decision was made; only then is anything built anew.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import structlog
from django.db import DatabaseError
from django.db.models import Count, Max

from chatbot.brand import BrandError
from chatbot.corrections import Correction
from chatbot.teaching import teach
from chatbot.turn import Mind
from support.lessons.values import approved, as_correction
from support.models import Lesson, LessonStatus

log = structlog.get_logger(__name__)
CHECK_SECONDS = 2.0
Corrections = tuple[Correction, ...]


@dataclass(slots=True)
class _Seen:
    """What a process last knew of a brand's lessons, and when it looked."""

    decisions: tuple[object, ...] = (0, None)
    corrections: Corrections = ()
    at: float = float("-inf")


_lock = threading.Lock()
_seen: dict[str, _Seen] = {}
_taught: dict[str, tuple[Mind, Corrections, Mind]] = {}  # brand → as shipped, what was taught, as taught


def in_force(slug: str) -> Corrections:
    """The lessons approved by now, give or take two seconds; as last known while the base is away."""
    with _lock:
        seen = _seen.setdefault(slug, _Seen())
        if time.monotonic() - seen.at >= CHECK_SECONDS:
            try:
                _look_again(seen, slug)
            except DatabaseError:
                log.exception("lessons_not_read", brand=slug)
            seen.at = time.monotonic()
        return seen.corrections


def applied(shipped: Mind) -> Mind:
    """``shipped`` with the lessons in force: the very same object while there is none, or no new one."""
    slug = shipped.brand.slug
    corrections = in_force(slug)
    if not corrections:
        return shipped
    with _lock:
        known = _taught.get(slug)
        if known and known[0] is shipped and known[1] == corrections:
            return known[2]
        try:
            mind = teach(shipped, corrections)
        except BrandError:
            log.exception("lessons_unusable", brand=slug)
            mind = known[2] if known else shipped
        _taught[slug] = (shipped, corrections, mind)
        return mind


def forget() -> None:
    """Look at the table again next time."""
    with _lock:
        _seen.clear()


def _look_again(seen: _Seen, slug: str) -> None:
    decided = Lesson.objects.filter(brand=slug).exclude(status=LessonStatus.PROPOSED)
    decisions = tuple(decided.aggregate(count=Count("id"), last=Max("decided_at")).values())
    if decisions != seen.decisions:
        seen.corrections = tuple(as_correction(row) for row in approved(slug))
        seen.decisions = decisions
        log.info("lessons_in_force", brand=slug, approved=len(seen.corrections))
