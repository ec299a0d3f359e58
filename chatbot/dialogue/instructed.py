"""A turn that a person asked for: what is missing is asked for, or where the claims stand is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from chatbot.dialogue import asking, claims, status
from chatbot.dialogue.scratch import Rules, Scratch
from chatbot.dialogue.state import State
from chatbot.types import Desk, Heard, Intent, Meaning


def follow(rules: Rules, state: State, instruction: str, desk: Desk) -> Scratch:
    """A turn without a customer. An instruction with nothing to say to it says nothing. Raises KeyError."""
    nothing = Meaning((Intent("other", 0.0),))
    s = Scratch(rules, state, Heard((), "", "", nothing, ()), desk, state)
    INSTRUCTIONS[instruction](s)
    s.silent = not s.moves
    return s


def _ask_missing(s: Scratch) -> None:
    """What was given to the person counts: a claim complete by now is filed. What lacks is asked for, anew."""
    claims.file_complete(s)
    if s.filed:
        return
    index = _begun(s.state)
    if index is None:
        return
    s.put(index, replace(s.state.cases[index], phase="open", asked={}, repeats=0))
    asking.ask(s)


def _tell_status(s: Scratch) -> None:
    if not status.tell(s):
        _ask_missing(s)


def _begun(state: State) -> int | None:
    """The case being talked about if it is not filed, else the latest that is open."""
    if state.case is not None and state.case.phase != "filed":
        return state.focus
    return next((at for at in range(len(state.cases) - 1, -1, -1) if state.cases[at].phase == "open"), None)


INSTRUCTIONS: Mapping[str, Callable[[Scratch], None]] = {"ask_missing": _ask_missing, "status": _tell_status}
