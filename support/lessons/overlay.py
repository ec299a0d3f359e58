"""Approved lessons over the shipped understanding, in every process within seconds: each looks at the table often.

As with articles, one small query every two seconds says whether a decision was made; only then is anything built anew.
"""

from __future__ import annotations

import threading

import structlog

from chatbot.brand import BrandError
from chatbot.corrections import Correction
from chatbot.teaching import teach
from chatbot.turn import Mind
from support.lessons.values import approved, as_correction
from support.models import Lesson, LessonStatus
from support.recent import NOTHING_DECIDED, Decisions, Recent, decisions

log = structlog.get_logger(__name__)
Corrections = tuple[Correction, ...]
_lock = threading.Lock()
_taught: dict[str, tuple[Mind, Corrections, Mind]] = {}  # brand → as shipped, what was taught, as taught
_read: dict[str, tuple[Decisions, Corrections]] = {}  # brand → what was decided by then, the lessons in force


def in_force(slug: str) -> Corrections:
    """The lessons approved by now, give or take two seconds; as last known while the base is away."""
    return _recent.of(slug)


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


def _approved(slug: str) -> Corrections:
    decided = decisions(Lesson.objects.filter(brand=slug).exclude(status=LessonStatus.PROPOSED))
    before, corrections = _read.get(slug, (NOTHING_DECIDED, ()))
    if decided != before:
        corrections = tuple(as_correction(row) for row in approved(slug))
        _read[slug] = decided, corrections
        log.info("lessons_in_force", brand=slug, approved=len(corrections))
    return corrections


_recent: Recent[Corrections] = Recent(_approved, ())
