"""What a conversation remembers between turns, and its JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from chatbot.types import HandoffReason, Slot

VERSION = 1
Phase = Literal["open", "dropped", "filed"]
PendingKind = Literal["which_value", "complete_id", "pick_slot", "new_value", "which_case"]


class StateError(ValueError):
    """A stored state that this code cannot read: another version, or damaged."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing the customer wants settled. ``asked`` counts the asks of a slot that brought nothing."""

    kind: str
    opened_at: datetime
    slots: Mapping[str, Slot] = field(default_factory=dict)
    asked: Mapping[str, int] = field(default_factory=dict)
    phase: Phase = "open"
    number: str | None = None
    filed_at: datetime | None = None
    demands: int = 0  # how many times money back was asked for
    repeats: int = 0  # how many times the customer was stuck on it

    def value(self, slot: str) -> str | int | None:
        """The collected value, or None."""
        found = self.slots.get(slot)
        return found.value if found else None

    def with_slots(self, news: Mapping[str, Slot]) -> Case:
        """The same case knowing ``news`` as well."""
        return replace(self, slots={**self.slots, **news})


@dataclass(frozen=True, slots=True)
class Pending:
    """A question of ours that a yes, a no or a digit would answer. ``case`` is an index into ``State.cases``."""

    kind: PendingKind
    case: int
    slot: str = ""
    slots: Mapping[str, Slot] = field(default_factory=dict)  # what the answer would write
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """The last reply: the acts it spoke, the slots it asked for or had confirmed, and the status it gave."""

    acts: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    confirms: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()
    status: str | None = None
    draft: str = ""  # its words with {placeholders} still open: no personal data

    @property
    def question(self) -> tuple[str, ...]:
        """What understanding needs of it: the slots asked for or to be confirmed, and its words without the list."""
        words = "\n".join(line for line in self.draft.splitlines() if not line.startswith("•"))
        return (*self.asks, *self.confirms, *((words,) if words else ()))


@dataclass(frozen=True, slots=True)
class Topic:
    """The last thing the customer wanted to know, so that « et 33 333 ? » is understood."""

    name: str
    about: Mapping[str, str | int]
    at: datetime


@dataclass(frozen=True, slots=True)
class Handoff:
    """A person was asked for, once; kept after hand-back so that the same cause does not ask again at once."""

    reason: HandoffReason
    at: datetime
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """Readings of a message that was not understood, put to the customer as digits; ``text`` is the message."""

    intents: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class State:
    """All of it. ``loose`` holds facts given before there was a case to put them in."""

    cases: tuple[Case, ...] = ()
    focus: int | None = None
    loose: Mapping[str, Slot] = field(default_factory=dict)
    pending: Pending | None = None
    said: Said = field(default_factory=Said)
    topic: Topic | None = None
    handoffs: tuple[Handoff, ...] = ()
    greeted_at: datetime | None = None
    seen_at: datetime | None = None
    unclear: int = 0  # turns in a row of which nothing was understood
    refused: int = 0  # replies in a row for which the voice was refused by the guard
    offered: Offered | None = None
    told: tuple[str, ...] = ()  # incidents that the customer was told of
    alone: bool = False  # an adviser said to propose and call nobody until the customer asks for a person
    briefing: str = ""  # what an adviser wants the voice to know: never said to the customer

    @property
    def case(self) -> Case | None:
        """The case being talked about."""
        return self.cases[self.focus] if self.focus is not None else None

    def with_case(self, index: int, case: Case) -> State:
        """The same state with one case replaced, or added at the end, and talked about."""
        cases = (*self.cases[:index], case, *self.cases[index + 1 :])
        return replace(self, cases=cases, focus=index)


_FORM = TypeAdapter(State)


def to_json(state: State) -> dict[str, object]:
    """JSON-able form of a state, with its version."""
    return {"version": VERSION, **_FORM.dump_python(state, mode="json")}


def from_json(data: Mapping[str, object]) -> State:
    """The state ``to_json`` wrote; an empty mapping is a new conversation. Raises StateError."""
    if not data:
        return State()
    if data.get("version") != VERSION:
        raise StateError(f"state of version {data.get('version')!r}, {VERSION} expected")
    try:
        state = _FORM.validate_python({name: value for name, value in data.items() if name != "version"})
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise StateError(f"damaged state: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    for index in (state.focus, state.pending.case if state.pending else None):
        if index is not None and not 0 <= index < len(state.cases):
            raise StateError(f"damaged state: there is no case {index}")
    return state


def handed_back(data: Mapping[str, object], now: datetime) -> Mapping[str, object]:
    """The stored state after a person gave the conversation back: what called them calls nobody again for a while.

    The brand's quiet hours count from here, and the assistant has its chances to understand again. A state that cannot
    be read stays as it is: the next turn will say so.
    """
    try:
        state = from_json(data)
    except StateError:
        return data
    if not data:
        return data
    handoffs = tuple(replace(one, at=now) for one in state.handoffs)
    return to_json(replace(state, handoffs=handoffs, unclear=0, refused=0, alone=False, briefing=""))


def ordered(data: Mapping[str, object], *, alone: bool = False, briefing: str = "") -> Mapping[str, object]:
    """The stored state with what an adviser told the assistant for the rest of the conversation, in place of before.

    A state that cannot be read stays as it is: the next turn starts anew, without orders.
    """
    try:
        state = from_json(data)
    except StateError:
        return data
    if (state.alone, state.briefing) == (alone, briefing):
        return data
    return to_json(replace(state, alone=alone, briefing=briefing))
