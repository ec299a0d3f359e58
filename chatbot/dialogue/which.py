"""« Which one? »: a correction that would fit several cases, and nothing in the message says which."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from chatbot.dialogue import claims
from chatbot.dialogue.answers import rewrite, typed_digit
from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.state import Case, Pending
from chatbot.types import Slot

MOST = 4  # cases offered to choose from


def case_meant(s: Scratch, index: int, given: Mapping[str, Slot]) -> int | None:
    """The case these new values of known slots are meant for; None when it is asked.

    ``index`` is the case being talked about. When they fit others as well, a value that is taken back (« 35 000, pas
    30 000 ») points to the case that holds it.
    """
    fitting = [place for place, case in enumerate(s.state.cases) if _fits(s, case, given)]
    if s.correcting is not None or index not in fitting or not 1 < len(fitting) <= MOST:
        return index
    named = _figures(s) - {str(slot.value) for slot in given.values()}
    pointed = [place for place in fitting if named & {str(s.state.cases[place].value(name)) for name in given}]
    if len(pointed) == 1:
        return pointed[0]
    ask(s, Pending("which_case", fitting[0], slots=dict(given), options=tuple(map(str, fitting))))
    return None


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
    return recent and alive and bool(given) and all(_differs(case, name, slot) for name, slot in given.items())


def _differs(case: Case, name: str, slot: Slot) -> bool:
    return name in case.slots and case.value(name) != slot.value


def _figures(s: Scratch) -> set[str]:
    """Figures and values the message holds, those that are denied as well."""
    values = {str(entity.value) for entity in s.heard.meaning.entities}
    return values | {re.sub(r"\D", "", match) for match in re.findall(r"\d[\d .\u00a0\u202f]*", s.heard.text)}


def _line(s: Scratch, place: int, row: int) -> str:
    case = s.state.cases[place]
    name = case.number or s.flow(case).label
    return f"{row}. {name} ({claims.recap(s.flow(case), case.slots)})"
