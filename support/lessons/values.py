"""Lessons as the assistant takes them: a row of the table becomes a reviewed correction."""

from __future__ import annotations

from chatbot.corrections import Correction
from support.models import Lesson, LessonKind, LessonStatus

SOURCE = "leçons"


def as_correction(row: Lesson) -> Correction:
    """What the lesson says. A word's example rides in ``note``: it shows that the word is read."""
    word = row.kind == LessonKind.WORD
    return Correction(
        kind="lexicon" if word else "intent",
        written=row.form if word else row.example,
        meant=row.standard if word else row.intent,
        asked="" if word else row.asked,
        when="",
        by=row.proposed_by.get_username() if row.proposed_by else "",
        at=row.proposed_at.date().isoformat(),
        note=row.example if word else "",
        file=f"{SOURCE} {str(row.id)[-6:]}",
    )


def approved(brand: str) -> list[Lesson]:
    """The lessons in force, oldest decision first: of two about the same words the later counts."""
    rows = Lesson.objects.filter(brand=brand, status=LessonStatus.APPROVED).select_related("proposed_by")
    return list(rows.order_by("decided_at", "id"))
