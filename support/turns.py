"""The assistant's turn: everything unanswered in one conversation is understood, answered and committed at once."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from functools import lru_cache
from itertools import count
from typing import Any, Literal, cast

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chatbot import types
from chatbot.anonymise.secrets import mask_secrets
from chatbot.dialogue.state import StateError, from_json
from chatbot.saying import FAULTS
from chatbot.turn import Mind, take_turn
from support import (
    case_identifiers,
    claim_facts,
    clock,
    db,
    desk,
    doorbell,
    escalate,
    house_words,
    redis_client,
    tracing,
)
from support.backoffice import outbox
from support.incidents import incidents
from support.insight import metrics
from support.knowledge import overlay
from support.leases import Lease, LeaseLost, acquire
from support.lessons import overlay as lessons
from support.media import read as media
from support.models import (
    Author,
    Channel,
    Claim,
    ClaimEvent,
    ClaimStatus,
    Conversation,
    Delivery,
    EngineCall,
    Message,
    Occasion,
    Owner,
)
from support.privacy.fields import blind_index
from support.rules import occasions
from support.speaking import Interrupted, Speaker, reply_id
from support.transports.web import events
from support.voices.build import for_worker

log = structlog.get_logger(__name__)
PATIENCE = timedelta(seconds=10)  # past this a customer who never stops typing is answered all the same
FAILURES_BEFORE_A_PERSON = 3


_loading = threading.Lock()
WARM_UP = "slt, mon transfert de 5000 wave vers orange c pas arrivé EFB.00000000"


def mind(slug: str) -> Mind:
    """The brand's loaded pipeline, once per process, with the articles and lessons approved since it was shipped."""
    with _loading:
        shipped = _mind(slug)
    return overlay.applied(lessons.applied(shipped))


@lru_cache(maxsize=8)
def _mind(slug: str) -> Mind:
    return Mind.load(slug, settings.VAR_DIR / "models", for_worker(slug))


def warm_up(slug: str) -> None:
    """Load the brand and take one turn with nobody, so that no customer waits for what is loaded on first use."""
    message = types.Incoming("warm-up", WARM_UP, clock.now())
    nobody = types.Desk(now=clock.now(), channel="web", new_case_number=lambda: "AK-000-0000")
    for _ in take_turn(mind(slug), {}, [message], nobody):
        pass


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
    _read_media(lease, conversation, pending)
    speaker = Speaker(lease, conversation, pending)
    incoming = [_incoming(message) for message in pending]
    happened: list[types.Event] = []
    with closing(take_turn(mind(conversation.brand), conversation.state, incoming, surroundings)) as events_of_turn:
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


def _read_media(lease: Lease, conversation: Conversation, pending: Sequence[Message]) -> None:
    """Read the pictures and voice notes not read yet; what was found is stored at once, so that it is read once."""
    due = [one for one in pending if media.is_due(one.kind, one.attachments, one.reading)]
    for message in due:
        lease.renew(settings.TURN_LEASE_SECONDS + settings.READING_SECONDS)
        _keep_reading(lease, message, media.begun(message.reading))
        found = dict(media.read(conversation.brand, message.kind, message.attachments, message.reading))
        if "text" in found:
            found["text"] = mask_secrets(found["text"], from_json(conversation.state).said.question)
        _keep_reading(lease, message, found)


def _keep_reading(lease: Lease, message: Message, reading: Mapping[str, Any]) -> None:
    with db.write():
        lease.check(Conversation.objects.select_for_update(of=("self",)).only("turn_token").get(id=lease.conversation))
        Message.objects.filter(id=message.id).update(reading=reading)
    message.reading = reading


def _incoming(message: Message) -> types.Incoming:
    """A message as the turn is told it; a voice note says what was heard."""
    text = message.text or str(message.reading.get("text", ""))
    seen = media.entities(message.reading)
    return types.Incoming(str(message.id), text, message.at, cast("types.Kind", message.kind), seen)


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
        ordinals = count()
        replies = [
            message for event in happened if (message := _apply(conversation, event, pending[-1], ordinals)) is not None
        ]
        tracing.note(conversation, pending, happened, replies, milliseconds)
        for filed in (event for event in happened if isinstance(event, types.ClaimFiled)):
            Claim.objects.filter(number=filed.number).update(error=claim_facts.trouble(conversation, filed.kind))
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


def _apply(conversation: Conversation, event: types.Event, last: Message, ordinals: Iterator[int]) -> Message | None:
    match event:
        case types.Reply():
            return _store_reply(conversation, event, reply_id(last, next(ordinals)))
        case types.ClaimFiled():
            _file_claim(conversation, event)
        case types.ClaimChanged():
            _change_claim(conversation, event)
        case types.HandoffAsked():
            escalate.open_locked(conversation, event.reason, event.priority, event.summary, event.card)
        case types.ProactiveMessages():
            conversation.identity.opted_out_at = None if event.allowed else clock.now()
            conversation.identity.save(update_fields=["opted_out_at"])
        case types.Spoken():
            enter_in_ledger(conversation, event)
        case types.NoticeGiven():
            incidents.note_told(conversation, event.incident)
        case types.TurnDone():
            conversation.state = event.state
    return None


def enter_in_ledger(conversation: Conversation, spoken: types.Spoken) -> None:
    """Note what the guard said of a draft: on the row of its call, or on a new one for a voice of the house."""
    faulty = spoken.outcome in FAULTS  # then the guard has said nothing
    verdict = "" if faulty else spoken.outcome[:60]
    if verdict not in ("", "passed"):
        transaction.on_commit(lambda: metrics.voice_refused(spoken.tier.rpartition(":")[2], verdict))
    if spoken.call.isdigit() and EngineCall.objects.filter(id=spoken.call).update(
        verdict=verdict, conversation=conversation
    ):
        return
    now = clock.now()
    EngineCall.objects.create(
        conversation=conversation,
        brand=conversation.brand,
        tier=spoken.tier,
        outcome=spoken.outcome if faulty else "ok",
        verdict=verdict,
        milliseconds=spoken.milliseconds,
        at=now,
        settled_at=now,
    )


def _store_reply(conversation: Conversation, reply: types.Reply, identity: uuid.UUID) -> Message:
    whatsapp = conversation.channel == Channel.WHATSAPP
    message = Message.objects.create(
        conversation=conversation,
        seq=conversation.next_seq,
        author=Author.BOT,
        text=reply.text,
        choices=[{"label": choice.label, "value": choice.value} for choice in reply.choices],
        sources=list(reply.sources),
        reply=None if whatsapp else identity,
        at=clock.now(),
        transport=conversation.channel,
        delivery=Delivery.QUEUED if whatsapp else Delivery.SENT,
    )
    conversation.next_seq += 1
    return message


def _file_claim(conversation: Conversation, filed: types.ClaimFiled) -> None:
    now = clock.now()
    reference = filed.slots.get("easytransfert_id")
    claim = Claim(
        number=filed.number,
        customer_id=conversation.customer_id,
        conversation=conversation,
        kind=filed.kind,
        slots={name: slot_as_json(slot) for name, slot in filed.slots.items()},
        reference_index=blind_index("reference", str(reference.value)) if reference else "",
        filed_at=now,
        changed_at=now,
    )
    claim_facts.index(claim)
    claim.save(force_insert=True)
    ClaimEvent.objects.create(claim=claim, name="filed", at=now, recorded_at=now)
    outbox.write(claim, "claim.filed")
    log.info("claim_filed", claim=claim.number, kind=claim.kind)


def _change_claim(conversation: Conversation, changed: types.ClaimChanged) -> None:
    claim = Claim.objects.select_for_update().get(number=changed.number, customer_id=conversation.customer_id)
    news = {name: slot_as_json(slot) for name, slot in changed.slots.items()}
    before = {name: claim.slots.get(name) for name in news}
    claim.slots = {**claim.slots, **news}
    if reference := changed.slots.get("easytransfert_id"):
        claim.reference_index = blind_index("reference", str(reference.value))
    if claim.status == ClaimStatus.WAITING_CUSTOMER:  # what it waited for has come
        claim.status, claim.note = ClaimStatus.RECEIVED, ""
    claim.changed_at = clock.now()
    claim_facts.index(claim)
    claim.save(update_fields=["slots", "reference_index", "status", "note", "changed_at", *claim_facts.FIELDS])
    ClaimEvent.objects.create(
        claim=claim,
        name="corrected",
        details={"before": before, "after": news},
        at=claim.changed_at,
        recorded_at=claim.changed_at,
    )
    outbox.write(claim, "claim.corrected", list(news))


def slot_as_json(slot: types.Slot) -> dict[str, object]:
    """A slot as ``Claim.slots`` keeps it."""
    return {"value": slot.value, "source": slot.source, "at": slot.at.isoformat(), "validity": slot.validity}


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
