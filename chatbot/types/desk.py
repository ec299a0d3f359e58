"""What the house around a turn knows and can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Mode = Literal["full", "collect", "people"]
Priority = Literal["low", "normal", "high", "urgent"]


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim as the back office has it now."""

    number: str
    kind: str
    status: str
    filed_at: datetime
    changed_at: datetime
    slots: Mapping[str, str | int] = field(default_factory=dict)
    note: str = ""  # what the back office wrote with the status, for the customer
    success_reference: str = ""  # the operation that settled it
    forwarded: bool = True  # whether the back office has it yet


@dataclass(frozen=True, slots=True)
class IncidentNotice:
    """A known trouble of many, and what whoever is hit by it is told, word for word. Empty: any of it."""

    id: str
    text: str
    kind: str = ""
    from_operator: str = ""
    to_operator: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the house knows at the instant of the turn; every dependency of a turn on the outside world stands here."""

    now: datetime
    channel: Literal["web", "whatsapp"]
    new_case_number: Callable[[], str]
    waiting_for_person: bool = False
    waiting_priority: Priority | None = None  # how urgent the awaited person was said to be; None: not known
    place_for: Callable[[Priority], int] | None = None  # the place in the queue, from 1, of someone who joins it now
    listening: bool = False  # a person owns the conversation: learn from it, say nothing, file nothing
    on_duty: bool = True
    back_at: str | None = None  # off duty, when people are back, as it is said: « demain à 8 h »; None: not known
    queue_position: int | None = None
    claims: Sequence[ClaimView] = ()
    conversation: str = ""  # the host's opaque names, for sticky choices and the ledger: never said, never sent
    customer: str = ""
    arm: Mapping[str, str] = field(default_factory=dict)  # the experiment this conversation takes part in
    modes: Mapping[str, Mode] = field(default_factory=dict)  # how much the assistant does: by operator, "" for the rest
    incidents: tuple[IncidentNotice, ...] = ()
