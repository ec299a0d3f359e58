"""What happens in a turn, in this order: the host carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from chatbot.types.desk import Priority
from chatbot.types.heard import Intent, Meaning, Mood
from chatbot.types.planned import Choice, Slot

HandoffReason = Literal[
    "human_request",
    "anger",
    "stale_claim",
    "dead_loop",
    "wrong_recipient",
    "repeated_refund",
    "cannot_supply_id",
    "suspected_fraud",
    "high_amount",
    "late_claim",
    "guard_refusal",
    "technical_fault",
    "people_only",
]


@dataclass(frozen=True, slots=True)
class Words:
    """A checked piece of the reply being spoken, facts filled in; the pieces of a reply joined are its text.

    Unless the guard refuses what follows: the reply then starts anew, unspoken, and ``Reply`` replaces the pieces.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """Nothing new: a voice is still thinking. Who carries the words may look whether to go on."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply, ready to store and send; ``sources`` are the articles it quotes, for the people who follow."""

    text: str
    choices: tuple[Choice, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimFiled:
    """A claim is complete; it exists once the host commits the turn."""

    number: str
    kind: str
    slots: Mapping[str, Slot]


@dataclass(frozen=True, slots=True)
class ClaimChanged:
    """The customer corrected a filed claim; ``slots`` holds only what changed."""

    number: str
    slots: Mapping[str, Slot]


@dataclass(frozen=True, slots=True)
class HandoffCard:
    """What a person needs to know before reading the conversation; the values are those of one case.

    ``kind`` is the flow of that case, empty when there is none; ``missing`` and ``asked`` (last time) name its slots;
    ``claims`` are case numbers; ``amount_fcfa`` is the money at stake, when it is known.
    """

    kind: str = ""
    known: Mapping[str, str | int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    mood: Mood = "neu"
    claims: tuple[str, ...] = ()
    amount_fcfa: int | None = None


@dataclass(frozen=True, slots=True)
class HandoffAsked:
    """A person is needed. ``summary`` is French for the agent and holds no personal data beyond the case itself.

    While one is awaited already, the same event again tells of a more urgent reason.
    """

    reason: HandoffReason
    priority: Priority
    summary: str
    card: HandoffCard = field(default_factory=HandoffCard)


@dataclass(frozen=True, slots=True)
class NoticeGiven:
    """The customer was told of an incident that hits them."""

    incident: str


@dataclass(frozen=True, slots=True)
class ProactiveMessages:
    """The customer said STOP (``allowed`` false) or took it back."""

    allowed: bool


@dataclass(frozen=True, slots=True)
class Spoken:
    """One try at a reply: which tier, "passed" or why not, how long (milliseconds), and its row in the ledger."""

    tier: str
    outcome: str
    milliseconds: float
    call: str = ""


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood of one message, for the console and the logs; ``normalised`` may hold personal data."""

    message: str
    normalised: str
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Reasoned:
    """What a reply was decided on, for the people who ask why: codes only, no words of the customer.

    ``entities`` are types of facts, ``acts`` the plan's. A plan that could not be said is followed by the next one's.
    """

    intents: tuple[Intent, ...] = ()
    entities: tuple[str, ...] = ()
    mood: Mood = "neu"
    acts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnDone:
    """Always last. ``state`` is JSON-able and is handed back at the next turn."""

    state: Mapping[str, object]


Event = (
    Words
    | Pulse
    | Reply
    | ClaimFiled
    | ClaimChanged
    | HandoffAsked
    | ProactiveMessages
    | NoticeGiven
    | Spoken
    | Understood
    | Reasoned
    | TurnDone
)
