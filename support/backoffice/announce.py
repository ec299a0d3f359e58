"""Tells the customer what changed in their claims: each change once, in their channel, unless a person is talking."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

import redis
import structlog
from django.conf import settings
from django.db import transaction

from chatbot import turn, types
from chatbot.dialogue.state import StateError
from support import clock, db, desk, doorbell, redis_client, turn_rows, turns, worker_mind
from support.leases import Lease, LeaseLost, acquire
from support.models import ClaimEvent, Conversation, Message, Owner, Told

log = structlog.get_logger(__name__)
BUSY_SECONDS = 2.0
Outcome = Literal["told", "left", "busy", "failed"]


def run(conversation_id: uuid.UUID) -> int:
    """Tell everything that is due, oldest first; returns how many changes were told.

    A customer's own message goes first: its answer must not be read against our news. What cannot be told now is
    looked at again.
    """
    told = 0
    while (event := _next_due(conversation_id)) is not None:
        outcome = _one(conversation_id, event)
        told += outcome == "told"
        if outcome == "busy":
            _look_again(conversation_id)
        if outcome in ("busy", "failed"):
            break
    return told


def _look_again(conversation_id: uuid.UUID) -> None:
    """One more look in a moment, however many workers found it busy; without Redis the sweeper looks."""
    once = f"akwaba:announce-again:{conversation_id.hex}"
    with contextlib.suppress(redis.RedisError):
        if redis_client.connection().set(once, 1, nx=True, px=int(BUSY_SECONDS * 950)):
            doorbell.ring_announcement(conversation_id, BUSY_SECONDS)


def _next_due(conversation_id: uuid.UUID) -> ClaimEvent | None:
    due = ClaimEvent.objects.filter(claim__conversation=conversation_id, told=Told.DUE)
    return due.select_related("claim").order_by("id").first()


def _one(conversation_id: uuid.UUID, event: ClaimEvent) -> Outcome:
    lease = acquire(conversation_id, "turn", settings.TURN_LEASE_SECONDS, unasked=True)
    if lease is None:
        return "busy"
    try:
        happened = _words(lease.row, event) if _may_speak(lease.row) else ()
        return _commit(lease, event.pk, happened)
    except LeaseLost:
        return "busy"
    except Exception:  # a fault of any kind leaves the duty standing: the sweeper comes back to it
        log.exception("announcement_failed", conversation=str(conversation_id), claim=event.claim.number)
        lease.release()
        return "failed"


def _may_speak(conversation: Conversation) -> bool:
    waits = conversation.inbound_seq > conversation.handled_seq
    return not (waits or conversation.owner == Owner.AGENT or conversation.identity.opted_out_at)


def _words(conversation: Conversation, event: ClaimEvent) -> list[types.Event]:
    """The announcement as the assistant words it, from what the change itself says: a later one has its own turn."""
    view = replace(
        desk.view(event.claim),
        status=event.details["status"],
        note=event.details["note"],
        success_reference=event.details["success_reference"],
    )
    surroundings = desk.at(conversation, clock.now())
    others = [claim for claim in surroundings.claims if claim.number != view.number]
    surroundings = replace(surroundings, claims=(view, *others))
    mind = worker_mind.with_voice(conversation.brand)
    try:
        return list(turn.announce(mind, conversation.state, view, surroundings))
    except StateError:
        log.exception("state_damaged", conversation=str(conversation.id))
        return list(turn.announce(mind, {}, view, surroundings))


def _commit(lease: Lease, event_id: int, happened: Sequence[types.Event]) -> Outcome:
    """Store the words and that they were said, in one transaction; or who is to tell instead. Gives the lease up."""
    with db.write():
        rows = Conversation.objects.select_for_update(of=("self",)).select_related("identity")
        conversation = rows.get(id=lease.conversation)
        lease.check(conversation)
        conversation.turn_token = conversation.turn_until = None
        conversation.save(update_fields=["turn_token", "turn_until"])
        event = ClaimEvent.objects.select_for_update(of=("self",)).get(pk=event_id)
        waits = conversation.inbound_seq > conversation.handled_seq
        if waits:  # its turn may have found the lease taken
            transaction.on_commit(lambda: doorbell.ring_turn(conversation.id))
        if event.told != Told.DUE:
            return "left"
        if conversation.owner == Owner.AGENT or conversation.identity.opted_out_at:
            event.told = Told.AGENT if conversation.owner == Owner.AGENT else Told.STOPPED
            event.save(update_fields=["told"])
            transaction.on_commit(lambda: turns.publish(conversation, ()))
            return "left"
        if waits or not happened:
            return "busy"
        event.told, event.message = Told.TOLD, _store(conversation, happened)
        event.save(update_fields=["told", "message"])
        replies = [event.message] if event.message else []
        transaction.on_commit(lambda: turns.publish(conversation, replies))
    log.info("announced", conversation=str(lease.conversation), change=event_id)
    return "told"


def _store(conversation: Conversation, happened: Iterable[types.Event]) -> Message | None:
    message: Message | None = None
    for event in happened:
        match event:
            case types.Reply():
                message = turn_rows.store_reply(conversation, event)
            case types.Spoken():
                turn_rows.enter_in_ledger(conversation, event)
            case types.TurnDone():
                conversation.state = event.state
    conversation.save(update_fields=["state", "next_seq"])
    return message
