"""One turn being worked out: what was heard, what is known, and what the rules have decided so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from chatbot.dialogue.causes import Causes
from chatbot.dialogue.cues import Cues, fold
from chatbot.dialogue.specs import FlowSpec
from chatbot.dialogue.state import Case, State
from chatbot.types import ClaimView, Desk, Event, Heard, Move, Question


@dataclass(frozen=True, slots=True)
class Rules:
    """What the brand decides about a dialogue.

    ``sure`` is the confidence from which an intent counts; ``fee_gap`` the francs two amounts may lie apart for the
    larger to be the smaller and its fee.
    """

    flows: Mapping[str, FlowSpec]
    cues: Cues
    sure: float
    session_gap: timedelta
    away: timedelta
    stale_after: timedelta
    draft_life: timedelta
    loose_life: timedelta
    fee_gap: int
    facts: Mapping[str, str]
    causes: Causes
    readings: Mapping[str, str]  # intent → what the customer is told it would mean
    clarify_from: float

    @property
    def default_flow(self) -> FlowSpec:
        """The flow opened when an identifier arrives and no wish was stated."""
        return next((flow for flow in self.flows.values() if flow.default), next(iter(self.flows.values())))


@dataclass(slots=True)
class Scratch:
    """Mutable for the length of one turn, and never handed on: ``flow.step`` turns it into a frozen Step."""

    rules: Rules
    before: State
    heard: Heard
    desk: Desk
    state: State
    moves: list[Move] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    effects: list[Event] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    confirms: list[str] = field(default_factory=list)
    rejects: list[str] = field(default_factory=list)
    status: str | None = None
    learned: set[str] = field(default_factory=set)  # slots written this turn
    repeated: set[str] = field(default_factory=set)  # slots given again with the value they had
    filed: set[int] = field(default_factory=set)  # cases filed or changed this turn
    silent: bool = False
    over: bool = False  # the rules that follow have no say
    no_asking: bool = False
    correcting: str | None = None  # the slot the customer chose to correct
    folded: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        texts = (self.heard.text, self.heard.normalised, *(message.text for message in self.heard.messages))
        self.folded = tuple(dict.fromkeys(map(fold, texts)))

    @property
    def new_session(self) -> bool:
        """Whether the customer comes back after a pause long enough to be greeted again."""
        seen = self.before.seen_at
        return seen is None or self.desk.now - seen >= self.rules.session_gap

    @property
    def away(self) -> bool:
        """Whether the customer was away long enough to be told where we were."""
        seen = self.before.seen_at
        return seen is not None and self.desk.now - seen >= self.rules.away

    def hears(self, *cues: str) -> bool:
        """Whether one of these turns of phrase was used."""
        return any(self.rules.cues.hears(cue, *self.folded) for cue in cues)

    @property
    def corrects(self) -> bool:
        """Whether the customer takes back something said before."""
        return self.correcting is not None or self.hears("correct")

    def wants(self, *intents: str) -> bool:
        """Whether one of these intents is the reading of the whole, or surely that of one of its messages."""
        if self.heard.meaning.intent.name in intents and self.heard.meaning.intent.confidence >= self.rules.sure:
            return True
        readings = self.heard.readings if len(self.heard.readings) > 1 else ()
        return any(one.intent.name in intents and one.intent.confidence >= self.rules.sure for one in readings)

    def say(self, act: str, **facts: str | int | None) -> None:
        """Decide to say an act; facts that are not known are left out."""
        known = {name: value for name, value in facts.items() if value is not None}
        move = Move(act, known)
        if move not in self.moves:
            self.moves.append(move)

    def said(self, *prefixes: str) -> bool:
        """Whether an act beginning with one of these was decided already."""
        return any(move.act.startswith(prefixes) for move in self.moves)

    @property
    def answered(self) -> bool:
        """Whether the turn already has something that answers the customer."""
        return bool(self.questions) or any(
            not move.act.startswith(("greeting", "warn.", "heard", "answer.incident")) for move in self.moves
        )

    def flow(self, case: Case) -> FlowSpec:
        """The flow of a case; the default one for a kind the brand no longer has."""
        return self.rules.flows.get(case.kind, self.rules.default_flow)

    def claim(self, case: Case) -> ClaimView | None:
        """The case as the back office has it, if it was filed before this turn."""
        return next((claim for claim in self.desk.claims if claim.number == case.number), None)

    def put(self, index: int, case: Case) -> None:
        """Replace (or add) a case and make it the one talked about."""
        self.state = self.state.with_case(index, case)
