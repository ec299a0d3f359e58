"""One simulated conversation, held in a house in memory on a clock of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Literal

from chatbot.anonymise.secrets import mask_secrets
from chatbot.dialogue.state import State, from_json
from chatbot.rehearsal import START, MemoryHouse
from chatbot.simulation.customer import Customer
from chatbot.simulation.turns import Answer, Turn
from chatbot.turn import Mind
from chatbot.types import ClaimChanged, ClaimFiled, ClaimView, Event, HandoffAsked, Incoming, Reply

MOST = 40  # turns: nobody has that much patience


@dataclass(frozen=True, slots=True)
class Record:
    """What was said, and the claims there were at the end."""

    exchanges: tuple[tuple[Turn, Answer], ...]
    claims: tuple[ClaimView, ...]


def converse(mind: Mind, customer: Customer, channel: Literal["web", "whatsapp"]) -> Record:
    """Let the customer talk until they leave."""
    house, now, ids = MemoryHouse(mind, channel), START, count(1)
    exchanges: list[tuple[Turn, Answer]] = []
    turn: Turn | None = customer.start()
    while turn is not None and len(exchanges) < MOST:
        now += turn.after
        answer = _hold(house, turn, now, ids)
        exchanges.append((turn, answer))
        turn = customer.next(answer)
    return Record(tuple(exchanges), tuple(house.claims))


def _hold(house: MemoryHouse, turn: Turn, now: datetime, ids: Iterator[int]) -> Answer:
    question = from_json(house.state).said.question
    messages = [
        Incoming(f"s{next(ids)}", mask_secrets(one.text, question), now, one.kind, one.seen) for one in turn.messages
    ]
    happened = house.customer_writes(messages, now)
    return answer_of(happened, from_json(house.state), waiting=house.awaiting_person)


def answer_of(happened: Sequence[Event], state: State, *, waiting: bool) -> Answer:
    """What the assistant did, from its events and the state it kept."""
    replies = [event.text for event in happened if isinstance(event, Reply)]
    said = state.said
    called = next((event.reason for event in happened if isinstance(event, HandoffAsked)), None)
    filed = tuple(event.number for event in happened if isinstance(event, ClaimFiled))
    changed = tuple(event.number for event in happened if isinstance(event, ClaimChanged))
    if not replies:
        return Answer(filed=filed, changed=changed, called=called, waiting=waiting)
    return Answer(
        reply="\n".join(replies),
        asks=said.asks,
        confirms=said.confirms,
        rejects=said.rejects,
        acts=said.acts,
        options=state.pending.options if state.pending else (),
        filed=filed,
        changed=changed,
        called=called,
        waiting=waiting,
        status=said.status,
    )
