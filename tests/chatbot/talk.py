"""A conversation with the engine alone: meanings go in as a test states them, without reading any text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from chatbot import brand
from chatbot.dialogue.flow import Dialogue, Step
from chatbot.dialogue.state import State, from_json, to_json
from chatbot.types import (
    ClaimChanged,
    ClaimFiled,
    ClaimView,
    Desk,
    Entity,
    HandoffAsked,
    Heard,
    Incoming,
    Intent,
    Kind,
    Meaning,
    Mood,
    Priority,
)

BRAND = brand.load("easytransfert")
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class Talk:
    """Says things to the engine and keeps what a house would keep."""

    def __init__(self, dialogue: Dialogue | None = None) -> None:
        self.dialogue = dialogue or Dialogue(BRAND.flows, BRAND.settings)
        self.state: Mapping[str, object] = {}
        self.now = START
        self.filed: list[ClaimFiled] = []
        self.changed: list[ClaimChanged] = []
        self.claims: dict[str, ClaimView] = {}
        self.handoffs: list[str] = []
        self.calls: list[HandoffAsked] = []
        self.waiting = self.listening = False
        self.on_duty = True
        self.place_for: Callable[[Priority], int] | None = None
        self.announced = False  # the last step told a status, unasked
        self.step = Step(State())
        self._numbers = count(1)

    def say(
        self,
        text: str = "",
        intent: str = "provide_info",
        *,
        mood: Mood = "neu",
        kind: Kind = "text",
        role: str | None = None,
        seen: Mapping[str, str | int] | None = None,
        seen_confidence: float = 1.0,
        **facts: str | int,
    ) -> Step:
        """One message with an intent and facts (entity types); ``role`` is that of its number or identifier."""
        roles = {"msisdn": role, "operator_tx_id": role}
        entities = tuple(
            Entity(name, value, (len(text), len(text)), role=roles.get(name)) for name, value in facts.items()
        )
        return self._hear(text, intent, entities, mood=mood, kind=kind, seen=seen, seen_confidence=seen_confidence)

    def say_in_order(self, text: str, intent: str, *facts: tuple[str, str | int]) -> Step:
        """Facts in reading order, some of one kind."""
        entities = tuple(Entity(name, value, (len(text), len(text))) for name, value in facts)
        return self._hear(text, intent, entities)

    def say_unsure(self, text: str, *readings: tuple[str, float]) -> Step:
        """A message of which several readings are possible, best first."""
        return self._hear(text, "", (), readings=readings)

    def _hear(
        self,
        text: str,
        intent: str,
        entities: tuple[Entity, ...],
        *,
        mood: Mood = "neu",
        kind: Kind = "text",
        seen: Mapping[str, str | int] | None = None,
        seen_confidence: float = 1.0,
        readings: tuple[tuple[str, float], ...] = (),
    ) -> Step:
        self.now += timedelta(seconds=20)
        self.announced = False
        found = tuple(Entity(name, value, (0, 0), seen_confidence) for name, value in (seen or {}).items())
        message = Incoming(f"m{self.now:%d%H%M%S}", text, self.now, kind, found)
        meaning = Meaning(tuple(Intent(*one) for one in readings) or (Intent(intent, 0.9),), entities, mood)
        heard = Heard((message,), text, text, meaning, (meaning,))
        return self._take(self.dialogue.step(from_json(self.state), heard, self.desk()))

    def status(self, number: str, status: str, note: str = "") -> Step:
        """The back office changes a claim, and the customer is told."""
        self.claims[number] = replace(self.claims[number], status=status, note=note, changed_at=self.now)
        self.announced = True
        return self._take(self.dialogue.announce(from_json(self.state), self.claims[number], self.desk()))

    def wait(self, **time: float) -> None:
        """Time passes."""
        self.now += timedelta(**time)

    def desk(self) -> Desk:
        return Desk(
            now=self.now,
            channel="whatsapp",
            new_case_number=lambda: f"AK-{next(self._numbers)}",
            waiting_for_person=self.waiting,
            waiting_priority=self.calls[-1].priority if self.waiting and self.calls else None,
            place_for=self.place_for,
            listening=self.listening,
            on_duty=self.on_duty,
            claims=tuple(self.claims.values()),
        )

    @property
    def acts(self) -> list[str]:
        """Acts of the last step."""
        return [move.act for move in self.step.moves]

    @property
    def asks(self) -> set[str]:
        """Slots the last step asked for."""
        return set(self.step.state.said.asks) if not self.step.silent else set()

    @property
    def known(self) -> dict[str, str | int]:
        """What the case being talked about holds."""
        case = self.step.state.case
        return {name: slot.value for name, slot in case.slots.items()} if case else {}

    def _take(self, step: Step) -> Step:
        for event in step.effects:
            match event:
                case ClaimFiled():
                    self.filed.append(event)
                    slots = {name: slot.value for name, slot in event.slots.items()}
                    view = ClaimView(event.number, event.kind, "received", self.now, self.now, slots)
                    self.claims[event.number] = view
                case ClaimChanged():
                    self.changed.append(event)
                    old = self.claims[event.number]
                    news = {name: slot.value for name, slot in event.slots.items()}
                    self.claims[event.number] = replace(old, slots={**old.slots, **news}, changed_at=self.now)
                case HandoffAsked():
                    self.handoffs.append(event.reason)
                    self.calls.append(event)
                    self.waiting = True
        self.step, self.state = step, to_json(step.state)
        return step
