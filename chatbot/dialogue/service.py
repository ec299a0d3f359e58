"""How much the assistant does just now, as an operations lead set it, and what it says of a trouble that many have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chatbot.dialogue import people
from chatbot.dialogue.scratch import Scratch
from chatbot.types import HandoffAsked, IncidentNotice, Mode, Move, NoticeGiven

STRICTNESS: tuple[Mode, ...] = ("full", "collect", "people")
HONEST = ("are_you_bot",)  # answered whatever the mode
INCIDENT = "answer.incident"  # quoted like an article, not worded
KEPT = ("greeting", "warn.", "media", "heard", INCIDENT)  # still said where people do the rest
OPERATORS = ("from_operator", "to_operator")


def keep_to_mode(s: Scratch) -> None:
    """« Collecte seulement »: questions go to people. « Personnes seulement »: everything goes to people."""
    mode = mode_of(s)
    if mode == "people":
        s.questions = [question for question in s.questions if question.topic in HONEST]
        s.moves = [move for move in s.moves if move.act.startswith(KEPT)]
        people.call_person(s)
        _hand_over(s)
        s.over = True
    elif mode == "collect" and any(question.topic not in HONEST for question in s.questions):
        s.questions = [question for question in s.questions if question.topic in HONEST]
        _hand_over(s)


def mode_of(s: Scratch) -> Mode:
    """The strictest mode of the operators the talk is about; that of the whole where it is about none."""
    usual = s.desk.modes.get("", "full")
    involved = [s.desk.modes.get(operator, usual) for _, operator in _operators(s)]
    return max(involved or [usual], key=STRICTNESS.index)


def tell_of_incidents(s: Scratch) -> None:
    """Say a known trouble to whoever is hit by it: once, word for word, before anything is asked."""
    for notice in s.desk.incidents:
        if notice.id not in s.state.told and _hits(s, notice):
            s.moves.append(Move(INCIDENT, {}, notice.text, f"incident@{notice.id}"))
            s.effects.append(NoticeGiven(notice.id))
            s.state = replace(s.state, told=(*s.state.told, notice.id))


def _hand_over(s: Scratch) -> None:
    if any(isinstance(effect, HandoffAsked) for effect in s.effects) or s.said("handoff."):
        return
    if s.desk.waiting_for_person:
        place = s.desk.queue_position
        s.say("handoff.waiting", queue_position=place and str(place))
    else:
        people.call(s, "people_only")


def _hits(s: Scratch, notice: IncidentNotice) -> bool:
    known = dict(_operators(s))
    wanted = {slot: getattr(notice, slot) for slot in OPERATORS if getattr(notice, slot)}
    case = s.state.case
    if notice.kind and (case is None or case.kind != notice.kind):
        return False
    if not wanted:
        return case is not None and case.phase != "dropped"
    return all(known.get(slot) == operator for slot, operator in wanted.items())


def _operators(s: Scratch) -> Iterator[tuple[str, str]]:
    """Slot and operator of what the talk is about: the case's, or else those of this turn."""
    case = s.state.case
    if case is not None and case.phase != "dropped":
        found = {slot: case.value(slot) for slot in OPERATORS}
    else:
        found = {entity.type: entity.value for entity in s.heard.meaning.entities if entity.type in OPERATORS}
    return ((slot, str(operator)) for slot, operator in found.items() if operator)
