"""The transcripts of tests/conversations hold over the turn code alone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chatbot.dialogue.state import from_json
from chatbot.rehearsal import START, MemoryHouse
from chatbot.turn import Mind
from chatbot.types import ClaimChanged, ClaimFiled, Event, HandoffAsked, Incoming, Reply, TurnDone
from tests.conversations.expectations import Outcome, failure
from tests.conversations.script import BackOffice, Conversation, Duty, Expect, Person, Says, Waits, conversations

RUNS = [(one, channel) for one in conversations() for channel in one.channels]


@pytest.mark.parametrize(("conversation", "channel"), RUNS, ids=[f"{one.name}-{channel}" for one, channel in RUNS])
def test_it_holds(conversation: Conversation, channel: str, mind: Mind) -> None:
    house = MemoryHouse(mind, channel)
    now, outcome, failures = START, Outcome(), []
    for place, step in enumerate(conversation.steps):
        if isinstance(step, Expect):
            failures.append(failure(step, outcome))
        elif isinstance(step, Waits):
            now += step.time
        else:
            outcome = _after(house, step, place, now)
    assert not (wrong := [one for one in failures if one]), "\n".join(wrong)


def _after(house: MemoryHouse, step: Says | Person | Duty | BackOffice, place: int, now: datetime) -> Outcome:
    happened: list[Event] = []
    if isinstance(step, Says):
        messages = [
            Incoming(f"m{place}-{index}", message.text, now + timedelta(milliseconds=index), message.kind)
            for index, message in enumerate(step.messages)
        ]
        happened = list(house.customer_writes(messages, now))
    elif isinstance(step, BackOffice):
        happened = list(house.status_changes(step.claim, step.status, step.note, now))
    elif isinstance(step, Duty):
        house.duty(on=step.on)
    elif step.event != "agent":
        house.person(step.event.replace(" ", "_"), now)
    return _outcome(house, happened)


def _outcome(house: MemoryHouse, happened: list[Event]) -> Outcome:
    done = next((event for event in happened if isinstance(event, TurnDone)), None)
    reply = "\n".join(event.text for event in happened if isinstance(event, Reply))
    said = from_json(done.state).said if done and reply else None
    return Outcome(
        reply=reply,
        asks=said.asks if said else (),
        filed=[_values(event) for event in happened if isinstance(event, ClaimFiled)],
        changed=[_values(event) for event in happened if isinstance(event, ClaimChanged)],
        claims=len(house.claims),
        handoffs=[event.reason for event in happened if isinstance(event, HandoffAsked)],
        status=said.status if said else None,
    )


def _values(event: ClaimFiled | ClaimChanged) -> dict[str, str | int]:
    return {name: slot.value for name, slot in event.slots.items()}
