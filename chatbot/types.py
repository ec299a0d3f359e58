"""The values handed from stage to stage of a turn. Frozen: a stage answers with a new value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["text", "image", "audio", "video", "document", "location", "contact", "sticker"]
Mood = Literal["pos", "neu", "neg", "angry"]
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
Mode = Literal["full", "collect", "people"]
Priority = Literal["low", "normal", "high", "urgent"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One customer message as the host stored it: secrets already masked, times aware.

    ``seen`` is what a reader found in the attachment (a picture of a receipt), in canonical values with empty spans.
    """

    id: str
    text: str
    at: datetime
    kind: Kind = "text"
    seen: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Normalised:
    """Standard French, with for every output character the [start, end) of its origin in the customer's own text."""

    text: str
    origin: tuple[tuple[int, int], ...]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Span in the customer's text of output characters [start, end). Raises ValueError on an empty span."""
        if not 0 <= start < end <= len(self.origin):
            raise ValueError(f"span [{start}, {end}) is empty or outside the text")
        pieces = self.origin[start:end]
        return min(p[0] for p in pieces), max(p[1] for p in pieces)


@dataclass(frozen=True, slots=True)
class Entity:
    """A fact found in a message. ``span`` counts characters of the customer's own text; ``value`` is canonical."""

    type: str
    value: str | int
    span: tuple[int, int]
    confidence: float = 1.0
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """One reading of what the customer wants; ``confidence`` in [0, 1]."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message says. ``intents`` best first, never empty."""

    intents: tuple[Intent, ...]
    entities: tuple[Entity, ...] = ()
    mood: Mood = "neu"
    needs_human: bool = False

    @property
    def intent(self) -> Intent:
        return self.intents[0]


@dataclass(frozen=True, slots=True)
class Heard:
    """All unanswered messages read as one: what a turn has to answer.

    ``text`` is the customer's own writing joined by line breaks, ``normalised`` its standard French; the spans of
    ``meaning.entities`` count in ``text``. ``readings`` holds each message's own best intents, in order.
    """

    messages: tuple[Incoming, ...]
    text: str
    normalised: str
    meaning: Meaning
    readings: tuple[Meaning, ...]

    def source(self, entity: Entity) -> Incoming:
        """The message an entity of ``meaning`` comes from: the one that holds the end of its span."""
        end = 0
        for message in self.messages:
            end += len(message.text) + 1
            if entity.span[1] < end:
                return message
        return self.messages[-1]


@dataclass(frozen=True, slots=True)
class Slot:
    """A collected value: where it came from (message id), when, and whether it may be trusted as it stands."""

    value: str | int
    source: str
    at: datetime
    validity: Literal["ok", "doubtful"] = "ok"


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer the customer can give with one tap or one digit."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something the customer wants to know, with the values it is about (amount_fcfa, from_operator, …)."""

    topic: str
    about: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """What dialogue or knowledge wants said: an act of wording.toml, and the values of the facts it speaks.

    Amounts are ``int`` francs; everything else is text ready to be read. ``quote`` holds approved words that stand as
    they are, {placeholders} open, and ``source`` says where they come from (article@version).
    """

    act: str
    facts: Mapping[str, str | int] = field(default_factory=dict)
    quote: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to say: ``name`` is an entry of wording.toml, ``facts`` the placeholders it must speak.

    With a ``quote`` the words are those, to the letter, and ``source`` is cited to the people who follow.
    """

    name: str
    facts: tuple[str, ...] = ()
    quote: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All a reply must say. ``facts`` maps placeholder → value; a voice sees names only, code fills the values in."""

    acts: tuple[Act, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    mood: Mood = "neu"

    @property
    def sources(self) -> tuple[str, ...]:
        """The articles it quotes, as article@version, each once."""
        return tuple(dict.fromkeys(act.source for act in self.acts if act.source))


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


# Events of a turn, in the order they happen ------------------------------------------------------------------


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
