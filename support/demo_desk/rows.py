"""The rows of an invented month, gathered before they are stored together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from django.contrib.auth.models import User

from support.models import (
    Claim,
    ClaimEvent,
    Conversation,
    Customer,
    Escalation,
    Identity,
    Message,
    Note,
    Satisfaction,
    Stint,
    TurnTrace,
)


@dataclass(slots=True)
class Rows:
    """All that is stored, in the order in which it refers to each other."""

    customers: list[Customer] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    conversations: list[Conversation] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    claim_events: list[ClaimEvent] = field(default_factory=list)
    escalations: list[Escalation] = field(default_factory=list)
    stints: list[Stint] = field(default_factory=list)
    satisfactions: list[Satisfaction] = field(default_factory=list)
    traces: list[TurnTrace] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the rows are made: the clock, the dice, the brand, the people, and what they are gathered in."""

    now: datetime
    rng: Random
    brand: str
    agents: Mapping[str, User]
    rows: Rows = field(default_factory=Rows)
