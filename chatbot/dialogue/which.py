"""« Which one? »: a correction that would fit several cases, and nothing in the message says which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chatbot.dialogue import claims
from chatbot.dialogue.answers import rewrite, typed_digit
from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.state import Case, Pending
from chatbot.types import Slot

MOST = 4  # cases offered to choose from


def must_ask(s: Scratch, given: Mapping[str, Slot]) -> bool:
    """Whether these corrected values could be meant for several cases; asks for which, if so.

    A value that is taken back (« 35 000, pas 30 000 ») points to the case that holds it.
    """
    fitting = [place for place, case in enumerate(s.state.cases) if _fits(s, case, given)]
    if not s.corrects or s.correcting is not None or not given or len(fitting) < 2 or len(fitting) > MOST:
        return False
    said = {entity.value for entity in s.heard.meaning.entities} - {slot.value for slot in given.values()}
    pointed = [place for place in fitting if said & {slot.value for slot in s.state.cases[place].slots.values()}]
    if len(pointed) == 1:
        s.state = replace(s.state, focus=pointed[0])
        return False
    ask(s, Pending("which_case", fitting[0], slots=dict(given), options=tuple(map(str, fitting))))
    return True


def ask(s: Scratch, pending: Pending) -> None:
    """Put the cases to the customer, one a line."""
    s.state = replace(s.state, pending=pending)
    s.say("which_case", menu="\n".join(_line(s, int(place), row) for row, place in enumerate(pending.options, 1)))
    s.no_asking = True


def settle(s: Scratch) -> None:
    """A digit, or something only one of the cases holds, says which one was meant."""
    pending = s.state.pending
    if pending is None or pending.kind != "which_case" or s.said("repeat"):
        return
    s.state = replace(s.state, pending=None)
    places = [int(option) for option in pending.options]
    digit = typed_digit(s)
    named = {entity.value for entity in s.heard.meaning.entities}
    held = [place for place in places if named & {slot.value for slot in s.state.cases[place].slots.values()}]
    if digit is not None and 1 <= digit <= len(places):
        rewrite(s, places[digit - 1], dict(pending.slots))
    elif len(held) == 1:
        rewrite(s, held[0], dict(pending.slots))


def _fits(s: Scratch, case: Case, given: Mapping[str, Slot]) -> bool:
    recent = s.desk.now - (case.filed_at or case.opened_at) < s.rules.session_gap
    alive = case.phase == "open" or (case.phase == "filed" and claims.status_of(s, case) not in claims.FINAL)
    return recent and alive and all(name in case.slots for name in given)


def _line(s: Scratch, place: int, row: int) -> str:
    case = s.state.cases[place]
    name = case.number or s.flow(case).label
    return f"{row}. {name} ({claims.recap(s.flow(case), case.slots)})"
