"""Answers by number: the digit of a menu's option, and numbered parts ("1. Wave 2. 07…") to their questions."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from chatbot.types import Entity
from chatbot.understand.asked import Asked, slot_of

_DIGITS = re.compile(
    r"\s*(?:le |la |option |choix |num(?:[eé]ro)? |n° ?|c'est le |tape )?(\d)(?:\ufe0f?\u20e3)?\s*[.!)]?"
    r"\s*(?:svp|stp|s'il vous pla[iî]t|merci|please|chef|patron|boss|tonton|tantie"
    r"|monsieur|madame|mon fr[eè]re|grand)?\s*[.!]?\s*\Z",
    re.IGNORECASE,
)
_WORDS = {
    **dict.fromkeys(("un", "premier", "premiere", "première"), "1"),
    **dict.fromkeys(("deux", "deuxieme", "deuxième"), "2"),
    **dict.fromkeys(("trois", "troisieme", "troisième"), "3"),
    "quatre": "4",
    "cinq": "5",
}


def chosen_option(text: str, asked: Asked) -> tuple[str, tuple[int, int]] | None:
    """The option a bare digit (or its word) picks, and the span of the digit; None when there is no such answer."""
    if not asked.options:
        return None
    match = _DIGITS.match(text)
    if match:
        return _option(match.group(1), asked, match.span(1))
    word = re.fullmatch(r"\s*(?:le |la )?(\w+)\s*[.!]?\s*", text)
    if word and (digit := _WORDS.get(word.group(1).lower())):
        return _option(digit, asked, word.span(1))
    return None


def _option(digit: str, asked: Asked, span: tuple[int, int]) -> tuple[str, tuple[int, int]] | None:
    return next(((label, span) for mark, label in asked.options if mark == digit), None)


_MARK = re.compile(r"(?:^|(?<=[\s,;]))(\d)(?:\ufe0f?\u20e3|\s?[.)\-:=/]|er?\b|e(?:me)?\b|°)(?!\d{3}\b|\d{1,2}[.,:h/])")
_OPERATOR_ROLES = {
    "from_operator": "from_operator",
    "to_operator": "to_operator",
    "receiving_operator": "to_operator",
    "refund_to_operator": "refund_to_operator",
}
_PHONE_ROLES = {"wrong_msisdn": "wrong", "right_msisdn": "right", "recipient_msisdn": "recipient"}


def by_number(found: Sequence[Entity], text: str, asked: Asked) -> list[Entity]:
    """The entities of a numbered answer with the role their question gives them; others unchanged."""
    wanted = _numbered_slots(asked)
    marks = _marks(text, wanted, found) if len(wanted) >= 2 else []
    if len(marks) < 2:
        return list(found)
    starts = [start for start, _ in marks]
    out = []
    for entity in found:
        place = bisect_right(starts, entity.span[0]) - 1
        out.append(_in_role(entity, wanted[marks[place][1]]) if place >= 0 else entity)
    return out


def _numbered_slots(asked: Asked) -> dict[str, str]:
    """Number → slot: from the numbered question, else from the order in which things were asked."""
    items = {mark: slot for mark, label in asked.options if (slot := slot_of(label))}
    if asked.options:
        return items
    return {str(place): slot for place, slot in enumerate(asked.slots, start=1)}


def _marks(text: str, wanted: dict[str, str], found: Sequence[Entity]) -> list[tuple[int, str]]:
    """Places where a numbered part begins: rising numbers, outside every entity but times ("1er")."""
    inside = [e.span for e in found if e.type not in ("time_elapsed", "amount_fcfa")]
    starts = [start for start, _ in inside]
    marks: list[tuple[int, str]] = []
    for match in _MARK.finditer(text):
        place = bisect_right(starts, match.start()) - 1
        covered = place >= 0 and match.start() < inside[place][1]
        if not covered and match.group(1) in wanted and (not marks or match.group(1) > marks[-1][1]):
            marks.append((match.start(), match.group(1)))
    return marks


def _in_role(entity: Entity, slot: str) -> Entity:
    if entity.type in _OPERATOR_ROLES.values() and slot in _OPERATOR_ROLES:
        return replace(entity, type=_OPERATOR_ROLES[slot], confidence=1.0)
    if entity.type == "msisdn" and slot in _PHONE_ROLES:
        return replace(entity, role=_PHONE_ROLES[slot])
    return entity
