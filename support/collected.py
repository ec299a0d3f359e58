"""What the assistant has collected, changed by a person: a fact of a case, or the whole state of a conversation."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.contrib.auth.models import User
from django.db import transaction

from chatbot.dialogue.state import State, StateError, from_json, to_json
from chatbot.types import Slot
from support import case_identifiers, clock, db, doorbell
from support.models import Conversation, SlotEdit
from support.owning import EscalationError, locked, require_owner
from support.privacy import audit
from support.transports.web import events


def set_collected(
    conversation_id: uuid.UUID, agent: User, place: int, slot: str, value: str | int, *, any_owner: bool = False
) -> None:
    """Write a fact of the case at ``place`` that the assistant is collecting, so that it is not asked for again.

    Only the owner may, unless ``any_owner``. Raises EscalationError.
    """
    with db.write():
        conversation = locked(conversation_id)
        if not any_owner:
            require_owner(conversation, agent)
        state = _readable_state(conversation)
        case = state.cases[place] if place < len(state.cases) else None
        if case is None or case.phase != "open":
            raise EscalationError("L'assistant ne collecte plus ce dossier : rechargez la fiche.")
        before, fact = case.slots.get(slot), Slot(value, f"agent:{agent.get_username()}", clock.now())
        asked = {name: count for name, count in case.asked.items() if name != slot}
        known = replace(case.with_slots({slot: fact}), asked=asked)
        put_state(conversation, replace(state, cases=(*state.cases[:place], known, *state.cases[place + 1 :])))
        SlotEdit.objects.create(
            conversation=conversation,
            kind=case.kind,
            slot=slot,
            before={"value": before.value} if before else {},
            after={"value": value},
            by=agent,
            at=fact.at,
        )
        audit.record(agent, "slot_corrected", f"conversation:{conversation_id}", {"slot": slot, "kind": case.kind})
        transaction.on_commit(lambda: events.publish(events.changed(conversation_id)))


def put_state(conversation: Conversation, state: State) -> None:
    """Keep what a person changed in a locked conversation's state.

    A turn at work read the old one: it loses its lease, so that it cannot write that back, and is rung for again.
    """
    before, after = conversation.state, to_json(replace(state, pending=None, offered=None))
    conversation.state = after
    conversation.turn_token = conversation.turn_until = None
    conversation.save(update_fields=["state", "turn_token", "turn_until"])
    case_identifiers.moved(conversation.id, before, after)
    if conversation.inbound_seq > conversation.handled_seq:
        transaction.on_commit(lambda: doorbell.ring_turn(conversation.id))


def _readable_state(conversation: Conversation) -> State:
    try:
        return from_json(conversation.state)
    except StateError:
        raise EscalationError("Ce que l'assistant a collecté ne se lit plus : écrivez une note.") from None
