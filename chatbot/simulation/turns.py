"""What passes between a simulated customer and the assistant: a turn of theirs, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from chatbot.simulation.facts import Value
from chatbot.simulation.pen import Message

SOON = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Turn:
    """Messages sent together ``after`` the last answer, and what they mean to the customer.

    ``gives`` holds the facts that are wholly told once this turn is over; ``due`` the reason for which a person must
    be called within one message; ``figure`` a sum the answer must name. ``needless``: sent only because the assistant
    asked again for what it had been told. ``doubtful``: slots the assistant may well question (cut short, two sources).
    """

    messages: tuple[Message, ...]
    why: str
    after: timedelta = SOON
    gives: Mapping[str, Value] = field(default_factory=dict)
    due: str | None = None
    figure: int | None = None
    needless: bool = False
    doubtful: frozenset[str] = frozenset()
    case: int = 0  # which of the customer's cases it is about


@dataclass(frozen=True, slots=True)
class Answer:
    """What the assistant did in answer to one turn, read from its state and events, not from its words."""

    reply: str = ""
    asks: tuple[str, ...] = ()
    confirms: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    options: tuple[str, ...] = ()  # lines of the correction menu, in order
    filed: tuple[str, ...] = ()  # numbers of claims filed
    changed: tuple[str, ...] = ()
    called: str | None = None  # the reason for which a person was called in this turn
    waiting: bool = False
    status: str | None = None

    def did(self, *acts: str) -> bool:
        """Whether it spoke one of these acts, or a kind of one."""
        return any(act == name or act.startswith(f"{name}.") for act in self.acts for name in acts)
