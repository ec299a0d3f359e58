"""The assistant's turn: everything unanswered in one conversation is understood, answered and committed at once."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import timedelta
from itertools import count
from typing import Literal

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chatbot import types
from chatbot.dialogue.state import StateError
from chatbot.turn import take_turn
from support import (
    case_identifiers,
    claim_facts,
    clock,
    db,
    desk,
    doorbell,
    house_words,
    redis_client,
    tracing,
    turn_media,
    turn_rows,
    worker_mind,
)
from support.insight import metrics
from support.leases import Lease, LeaseLost, acquire
from support.models import Author, Channel, Claim, Conversation, Message, Occasion, Owner
from support.rules import occasions
from support.speaking import Interrupted, Speaker
from support.transports.web import events

log = structlog.get_logger(__name__)
PATIENCE = timedelta(seconds=10)  # past this a customer who never stops typing is answered all the same
FAILURES_BEFORE_A_PERSON = 3


def run(conversation_id: uuid.UUID) -> int:
    """Take turns until nothing is unanswered; returns how many. None while another worker is at it, or too early."""
    turns, more = 0, True
    while more and (lease := acquire(conversation_id, "turn", settings.TURN_LEASE_SECONDS)):
        started = time.perf_counter()
        outcome = _one(lease)
        if outcome not in ("done", "more", "lost_lease"):
            lease.release()
        if outcome != "early":
            metrics.turn_done(time.perf_counter() - started, "done" if outcome == "more" else outcome)
        turns += outcome in ("done", "more")
        more = outcome in ("more", "interrupted")
    return turns


def _one(lease: Lease) -> Literal["done", "more", "early", "failed", "interrupted", "lost_lease"]:
    """One turn under the lease, given up with the commit when ``done``, or when there is already ``more`` to answer."""
    conversation = lease.row
    pending = _pending(conversation)
    if not pending or not _quiet(conversation, pending):
        return "early"
    with structlog.contextvars.bound_contextvars(
        message_id=str(pending[-1].id), conversation=str(conversation.id), channel=conversation.channel
    ):
        try:
            return "more" if _answer(lease, conversation, pending) else "done"
        except Interrupted:
            return "interrupted"
        except LeaseLost:
            return "lost_lease"
        except StateError:
            log.exception("state_damaged")  # what was collected is lost, the messages are not: start again with them
            _forget_state(lease)
            return "interrupted"
        except Exception:  # a fault of any kind in the mind must end with a person, not with silence
            log.exception("turn_failed", failures=conversation.turn_failures + 1)
            _count_failure(lease, conversation, pending)
            return "failed"


def _pending(conversation: Conversation) -> list[Message]:
    rows = conversation.messages.filter(author=Author.CUSTOMER, seq__gt=conversation.handled_seq).order_by("seq")
    return list(rows.only("id", "conversation_id", "seq", "text", "kind", "at", "stored_at", "attachments", "reading"))


def _quiet(conversation: Conversation, pending: Sequence[Message]) -> bool:
    """Whether the customer has paused: several short messages in a row are one turn."""
    now = timezone.now()
    pause = timedelta(seconds=settings.QUIET_SECONDS[conversation.channel])
    return now - pending[-1].stored_at >= pause or now - pending[0].stored_at >= PATIENCE


def _answer(lease: Lease, conversation: Conversation, pending: Sequence[Message]) -> bool:
    """Speak and commit; tells whether newer messages wait already."""
    started = time.perf_counter()
    surroundings = desk.at(conversation, clock.now())
    turn_media.read_due(lease, conversation, pending)
    speaker = Speaker(lease, conversation, pending)
    incoming = [turn_media.incoming(message) for message in pending]
    happened: list[types.Event] = []
    mind = worker_mind.with_voice(conversation.brand)
    with closing(take_turn(mind, conversation.state, incoming, surroundings)) as events_of_turn:
        for event in events_of_turn:
            if isinstance(event, types.Words):
                speaker.say(event.text)
            elif isinstance(event, types.Pulse):
                speaker.pulse()
            elif isinstance(event, types.Reply):
                speaker.end_reply()
            happened.append(event)
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    more = commit(lease, conversation, pending, happened, listening=surroundings.listening, milliseconds=milliseconds)
    log.info("turn_done", messages=len(pending), milliseconds=round((time.perf_counter() - started) * 1000, 1))
    return more


def commit(
    lease: Lease,
    read: Conversation,
    pending: Sequence[Message],
    happened: Iterable[types.Event],
    *,
    listening: bool = False,
    milliseconds: float = 0,
) -> bool:
    """Store all that happened in one transaction, if the conversation is still as it was read.

    Gives the lease up, and tells whether newer messages wait already: one stored later rings a doorbell of its own.
    Raises LeaseLost when another worker has it, Interrupted when the customer wrote again or the owner changed.
    """
    happened = list(happened)
    with db.write():
        conversation = Conversation.objects.select_for_update(of=("self",)).defer("state").get(id=read.id)
        lease.check(conversation)
        if (conversation.owner == Owner.AGENT) != listening:
            raise Interrupted
        hurried = timezone.now() - pending[0].stored_at >= PATIENCE
        if conversation.inbound_seq != pending[-1].seq and not hurried:
            raise Interrupted
        occasions.note_open(conversation, Occasion.WROTE)
        replies = _store(conversation, pending, happened, milliseconds)
        case_identifiers.keep(conversation.id, read.state, happened)
        conversation.handled_seq = pending[-1].seq
        conversation.waiting_since = None if conversation.inbound_seq == pending[-1].seq else timezone.now()
        conversation.turn_failures = 0
        conversation.turn_token = conversation.turn_until = None
        conversation.save(
            update_fields=[
                "state", "next_seq", "handled_seq", "waiting_since", "turn_failures", "turn_token", "turn_until"
            ]
        )  # fmt: skip
        transaction.on_commit(lambda: publish(conversation, replies))
    return conversation.waiting_since is not None


def _store(
    conversation: Conversation, pending: Sequence[Message], happened: Sequence[types.Event], milliseconds: float
) -> list[Message]:
    """What a turn changes, and why it did, as rows; the replies among them."""
    ordinals = count()
    stored = [turn_rows.store(conversation, event, pending[-1], ordinals) for event in happened]
    replies = [message for message in stored if message is not None]
    tracing.note(conversation, pending, happened, replies, milliseconds)
    for filed in (event for event in happened if isinstance(event, types.ClaimFiled)):
        Claim.objects.filter(number=filed.number).update(error=claim_facts.trouble(conversation, filed.kind))
    return replies


def publish(conversation: Conversation, replies: Sequence[Message]) -> None:
    """Show committed replies to whoever follows the conversation, and ring for those that a provider must carry."""
    group = events.conversation_group(conversation.id)
    news = [events.news(group, events.message_event(message)) for message in replies]
    if conversation.owner != Owner.BOT:
        news.append(events.news(*events.changed(conversation.id)))
    if replies and conversation.channel == Channel.WHATSAPP:
        news.append(doorbell.ring(doorbell.SEND_REPLIES, conversation.id))
    if news:
        redis_client.tell(*news)


def _forget_state(lease: Lease) -> None:
    with db.write():
        conversation = Conversation.objects.select_for_update(of=("self",)).get(id=lease.conversation)
        lease.check(conversation)
        conversation.state = {}
        conversation.save(update_fields=["state"])


def _count_failure(lease: Lease, read: Conversation, pending: Sequence[Message]) -> None:
    """After a fault: leave it to the sweeper, and after three, tell the customer and call a person."""
    if read.turn_failures + 1 >= FAILURES_BEFORE_A_PERSON:
        apology = house_words.technical_fault(read.brand, clock.now())
        cause = house_words.causes(read.brand).reasons["technical_fault"]
        handoff = types.HandoffAsked("technical_fault", cause.priority, cause.why)
        commit(lease, read, pending, [types.Reply(apology), handoff], listening=read.owner == Owner.AGENT)
        return
    with db.write():
        conversation = Conversation.objects.select_for_update(of=("self",)).get(id=read.id)
        lease.check(conversation)
        conversation.turn_failures += 1
        conversation.waiting_since = timezone.now()
        conversation.save(update_fields=["turn_failures", "waiting_since"])
