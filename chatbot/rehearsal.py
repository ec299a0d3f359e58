"""Replays scripted dialogues on a scripted clock and logs, turn by turn, what the assistant did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Protocol

from chatbot.anonymise.secrets import mask_secrets
from chatbot.dialogue.state import State, from_json, handed_back
from chatbot.scripts import Line, Script
from chatbot.turn import Mind, announce, take_turn
from chatbot.types import (
    ClaimChanged,
    ClaimFiled,
    ClaimView,
    Desk,
    Event,
    HandoffAsked,
    Incoming,
    Priority,
    ProactiveMessages,
    Reply,
    Slot,
    TurnDone,
)

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
QUIET = 5.0  # seconds: messages this close together are one burst (tests/eval), answered as one
WINDOW = timedelta(hours=24)  # outside it WhatsApp lets only templates through


class House(Protocol):
    """Where a rehearsal happens: in memory here, on the real records in ``manage.py replay``."""

    def customer_writes(self, messages: Sequence[Incoming], now: datetime) -> Sequence[Event]:
        """Take one turn on these messages; everything that happened, committed."""
        ...

    def status_changes(self, claim: int, status: str, note: str, now: datetime) -> Sequence[Event]:
        """The back office sets the status of the ``claim``-th claim; what the customer was told of it."""
        ...

    def person(self, event: str, now: datetime) -> None:
        """``take_over`` or ``hand_back``."""
        ...

    def duty(self, *, on: bool) -> None:
        """Whether advisers are there."""
        ...

    @property
    def state(self) -> Mapping[str, object]:
        """The conversation's state as stored."""
        ...

    @property
    def awaiting_person(self) -> bool:
        """Whether a person was asked for, or is in charge."""
        ...

    @property
    def claims(self) -> Sequence[ClaimView]:
        """The customer's claims, first filed first."""
        ...


@dataclass
class MemoryHouse:
    """The least a house can be: claims, one conversation, who is in charge."""

    mind: Mind
    channel: str
    state: Mapping[str, object] = field(default_factory=dict)
    claims: list[ClaimView] = field(default_factory=list)
    waiting: bool = False
    priority: Priority | None = None
    in_charge: bool = False
    on_duty: bool = True
    proactive: bool = True
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def awaiting_person(self) -> bool:
        return self.waiting or self.in_charge

    def customer_writes(self, messages: Sequence[Incoming], now: datetime) -> Sequence[Event]:
        return self._keep(list(take_turn(self.mind, self.state, messages, self._desk(now))), now)

    def status_changes(self, claim: int, status: str, note: str, now: datetime) -> Sequence[Event]:
        view = replace(self.claims[claim - 1], status=status, note=note, changed_at=now)
        self.claims[claim - 1] = view
        if not self.proactive or self.in_charge:
            return ()
        return self._keep(list(announce(self.mind, self.state, view, self._desk(now))), now)

    def person(self, event: str, now: datetime) -> None:
        self.in_charge, self.waiting = event == "take_over", False
        if event == "hand_back":
            self.state = handed_back(self.state, now)

    def duty(self, *, on: bool) -> None:
        self.on_duty = on

    def _desk(self, now: datetime) -> Desk:
        return Desk(
            now=now,
            channel="web" if self.channel == "web" else "whatsapp",
            new_case_number=lambda: f"AK-{next(self.numbers):03d}-0000",
            waiting_for_person=self.waiting,
            waiting_priority=self.priority if self.waiting else None,
            listening=self.in_charge,
            on_duty=self.on_duty,
            claims=tuple(self.claims),
        )

    def _keep(self, happened: list[Event], now: datetime) -> list[Event]:
        for event in happened:
            match event:
                case ClaimFiled():
                    view = ClaimView(event.number, event.kind, "received", now, now, _values(event.slots))
                    self.claims.append(view)
                case ClaimChanged():
                    self._change(event, now)
                case HandoffAsked():
                    self.waiting, self.priority = True, event.priority
                case ProactiveMessages():
                    self.proactive = event.allowed
                case TurnDone():
                    self.state = event.state
        return happened

    def _change(self, event: ClaimChanged, now: datetime) -> None:
        index = next(place for place, claim in enumerate(self.claims) if claim.number == event.number)
        claim = self.claims[index]
        status = "received" if claim.status == "waiting_customer" else claim.status
        slots = {**claim.slots, **_values(event.slots)}
        self.claims[index] = replace(claim, slots=slots, status=status, changed_at=now)


@dataclass
class Rehearsal:
    """One dialogue being replayed."""

    script: Script
    house: House
    reason: str | None = None
    last_inbound: datetime | None = None

    def run(self) -> Iterator[dict[str, object]]:
        """One log line per turn of the script, in order."""
        held: list[Incoming] = []
        for index, line in enumerate(self.script.lines):
            now = START + timedelta(seconds=line.at)
            happened: Sequence[Event] = ()
            if line.actor == "user":
                text = mask_secrets(line.text, from_json(self.house.state).said.question)
                held.append(Incoming(f"{self.script.id}-{index}", text, now, line.kind, line.seen))
                self.last_inbound = now
                if not self._more_follows(index):
                    happened, held = self.house.customer_writes(held, now), []
            else:
                happened = self._others(line, now)
            yield self._log(index, line, now, happened)

    def _more_follows(self, index: int) -> bool:
        """Whether the customer's next message comes before the quiet window ends."""
        following = self.script.lines[index + 1 : index + 2]
        return any(n.actor == "user" and n.at - self.script.lines[index].at <= QUIET for n in following)

    def _others(self, line: Line, now: datetime) -> Sequence[Event]:
        if line.actor == "backoffice" and line.claim <= len(self.house.claims):
            return self.house.status_changes(line.claim, line.status, line.note, now)
        if line.actor == "agent_event":
            self.house.person(line.text, now)
        elif line.actor == "system":
            self.house.duty(on=line.on_duty)
        return ()

    def _log(self, index: int, line: Line, now: datetime, happened: Sequence[Event]) -> dict[str, object]:
        for event in happened:
            if isinstance(event, HandoffAsked):
                self.reason = event.reason
        state = from_json(self.house.state)
        replies = [event.text for event in happened if isinstance(event, Reply)]
        said = state.said if replies else None
        waiting = self.house.awaiting_person
        outside = self.last_inbound is None or now - self.last_inbound > WINDOW
        return {
            "dialogue": self.script.id,
            "turn": index,
            "asks": list(said.asks) if said else [],
            "confirms": list(said.confirms) if said else [],
            "rejects": list(said.rejects) if said else [],
            "slots": _known(state),
            "registered": self._registered(happened),
            "claims": len(self.house.claims),
            "handoff": waiting,
            "handoff_reason": self.reason if waiting else None,
            "status_reported": said.status if said else None,
            "silent": not replies,
            "template": bool(replies) and line.actor == "backoffice" and outside and self.script.channel == "whatsapp",
            "reply": "\n".join(replies),
        }

    def _registered(self, happened: Sequence[Event]) -> dict[str, object] | None:
        """The claim created or changed in this turn, whole."""
        touched = [event.number for event in happened if isinstance(event, ClaimFiled | ClaimChanged)]
        if not touched:
            return None
        claim = next(claim for claim in self.house.claims if claim.number == touched[-1])
        return {**claim.slots, "claim_type": claim.kind}


def rehearse(mind: Mind, scripts: Sequence[Script]) -> Iterator[dict[str, object]]:
    """Replay every script in a house of its own, in memory."""
    for script in scripts:
        yield from Rehearsal(script, MemoryHouse(mind, script.channel)).run()


def _known(state: State) -> dict[str, object]:
    return dict(_values(state.case.slots)) if state.case else {}


def _values(slots: Mapping[str, Slot]) -> dict[str, str | int]:
    return {name: slot.value for name, slot in slots.items()}
