"""What happened in a turn, as rows: replies, claims, calls for a person, calls of voices. Only inside a commit."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import structlog
from django.db import transaction

from chatbot import types
from chatbot.saying import FAULTS
from support import claim_facts, clock, escalate, own_messages
from support.backoffice import outbox
from support.incidents import incidents
from support.insight import metrics
from support.models import (
    Author,
    Channel,
    Claim,
    ClaimEvent,
    ClaimStatus,
    Conversation,
    EngineCall,
    Message,
)
from support.privacy.fields import blind_index
from support.speaking import reply_id

log = structlog.get_logger(__name__)


def store(conversation: Conversation, event: types.Event, last: Message, ordinals: Iterator[int]) -> Message | None:
    """What one event changes; the message of a reply. ``ordinals`` count the replies to ``last``, from 0."""
    match event:
        case types.Reply():
            return store_reply(conversation, event, reply_id(last, next(ordinals)))
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


def store_reply(conversation: Conversation, reply: types.Reply, identity: uuid.UUID | None = None) -> Message:
    """The assistant's words, next in the conversation; ``identity`` is the one under which they were streamed."""
    return own_messages.store(
        conversation,
        Author.BOT,
        reply.text,
        choices=[{"label": choice.label, "value": choice.value} for choice in reply.choices],
        sources=list(reply.sources),
        reply=None if conversation.channel == Channel.WHATSAPP else identity,
    )


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
