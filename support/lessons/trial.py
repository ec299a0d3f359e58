"""A lesson is tried before it counts: it must do what it says, and no lesson already in force may stop holding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chatbot.teaching import Effect, effects, holds, teach
from chatbot.turn import Mind
from support.lessons.values import approved, as_correction
from support.models import Lesson

MOST_CHANGED = 0.1  # of the examples with the word, that may change their intent


@dataclass(frozen=True, slots=True)
class Trial:
    """What a lesson would do: whether it works, which others it breaks, and the written examples it changes."""

    works: bool
    broken: tuple[Lesson, ...]
    read_again: int
    changed: tuple[Effect, ...]


def attempt(row: Lesson, mind: Mind) -> Trial:
    """Try ``row`` on ``mind``, which has the lessons in force; nothing is stored."""
    standing = [one for one in approved(row.brand) if one.pk != row.pk]
    corrections = [as_correction(one) for one in standing]
    correction = as_correction(row)
    taught = teach(mind, [*corrections, correction])
    broken = tuple(one for one in standing if not holds(taught, as_correction(one)))
    read_again, changed = effects(mind, taught, correction)
    return Trial(holds(taught, correction), broken, read_again, changed)


def fault(row: Lesson, mind: Mind) -> str:
    """Why ``row`` may not be approved, in French; "" when nothing speaks against it."""
    return verdict(attempt(row, mind))


def verdict(tried: Trial) -> str:
    """What speaks against a lesson that was tried, in French; "" for nothing."""
    if not tried.works:
        return "Essai raté : même avec cette leçon, l'assistant ne lit pas le message ainsi."
    if tried.broken:
        return f"Cette leçon en contredit une autre, déjà approuvée : « {tried.broken[0]} »."
    if len(tried.changed) > MOST_CHANGED * tried.read_again:
        return (
            f"Trop large : {len(tried.changed)} des {tried.read_again} exemples avec ces mots changeraient de sens,"
            f" par exemple « {tried.changed[0].text} »."
        )
    return ""


def failures(rows: Iterable[Lesson], mind: Mind) -> list[Lesson]:
    """The approved lessons that ``mind`` no longer reads as they say: the regression examples that fail."""
    return [row for row in rows if not holds(mind, as_correction(row))]
