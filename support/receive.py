"""The one way in: a customer's message becomes a row, in order and once, before anything is acknowledged."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from chatbot.anonymise.secrets import mask_secrets
from chatbot.dialogue.state import StateError, from_json
from support import clock, db, doorbell, promises, rating, redis_client, satisfaction
from support.models import (
    Author,
    Channel,
    Conversation,
    Customer,
    Delivery,
    Escalation,
    Identity,
    Message,
    Owner,
    Status,
)
from support.privacy.fields import blind_index
from support.transports.web import events

log = structlog.get_logger(__name__)
# The message's number is taken under the row's lock; a closed conversation opens again; the customer's message opens
# WhatsApp's 24 hours.
TAKE_A_NUMBER = """
    UPDATE support_conversation
    SET next_seq = next_seq + 1,
        inbound_seq = next_seq,
        inbound_at = %s,
        window_from = CASE channel WHEN 'whatsapp' THEN %s ELSE window_from END,
        waiting_since = COALESCE(waiting_since, %s),
        owner = CASE owner WHEN 'nobody' THEN 'bot' ELSE owner END
    WHERE identity_id = (
        SELECT id FROM support_identity WHERE brand = %s AND channel = %s AND value_index = %s
    )
    RETURNING id, brand, channel, owner, state, inbound_seq, holds_reply
"""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A customer's message as a transport parsed it. ``address`` is an E.164 number or a web identity."""

    brand: str
    channel: Channel
    address: str
    text: str
    kind: str = "text"
    external_id: str | None = None
    client_id: uuid.UUID | None = None
    conversation: uuid.UUID | None = None
    display_name: str = ""
    attachments: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The stored row, and whether this call stored it (a repeat gets the first row)."""

    message: Message
    fresh: bool


def receive(inbound: Inbound) -> Receipt:
    """Store a message and ring for its turn. Raises django.db.Error when the database is away: acknowledge nothing."""
    text = db.storable(inbound.text)
    for last_try in (False, False, True):
        try:
            with db.write():
                return _store(inbound, text)
        except IntegrityError:
            if first := _find_repeat(inbound):
                return Receipt(first, fresh=False)
            if last_try:  # two first messages of one customer at once are settled by the second try
                raise
    raise AssertionError("unreachable")


def _store(inbound: Inbound, text: str) -> Receipt:
    now = clock.now()
    conversation = _next_of(inbound, now)
    message = Message.objects.create(
        conversation=conversation,
        seq=conversation.inbound_seq,
        author=Author.CUSTOMER,
        kind=inbound.kind,
        text=mask_secrets(text, _asked(conversation)),
        attachments=inbound.attachments,
        at=now,
        transport=inbound.channel,
        external_id=inbound.external_id,
        client_id=inbound.client_id,
        delivery=Delivery.RECEIVED,
    )
    if conversation.holds_reply:
        _free_held(conversation)
    if conversation.owner != Owner.BOT:
        _ask_people(conversation, now)
    transaction.on_commit(lambda: _announce(message, conversation))
    if conversation.owner == Owner.BOT and (score := satisfaction.score_of(conversation.brand, text)):
        rating.take_score(conversation, message, score)
    return Receipt(message, fresh=True)


def _next_of(inbound: Inbound, now: datetime) -> Conversation:
    """The conversation with its next number taken for this message (``inbound_seq``), its row locked."""
    index = blind_index(f"{inbound.brand}:{inbound.channel}", inbound.address)
    values = (now, now, timezone.now(), inbound.brand, inbound.channel, index)
    conversation = db.update_returning(Conversation.objects, TAKE_A_NUMBER, *values)
    if conversation is None:
        _first_conversation(inbound, index)
        conversation = db.update_returning(Conversation.objects, TAKE_A_NUMBER, *values)
    assert conversation is not None  # noqa: S101  it was created in this transaction
    return conversation


def _first_conversation(inbound: Inbound, index: str) -> None:
    customer = Customer.objects.create(brand=inbound.brand, display_name=inbound.display_name[:80])
    identity = Identity.objects.create(
        customer=customer, brand=inbound.brand, channel=inbound.channel, value=inbound.address, value_index=index
    )
    Conversation.objects.create(
        id=inbound.conversation or db.uuid7(),
        identity=identity,
        customer=customer,
        brand=inbound.brand,
        channel=inbound.channel,
    )


def _ask_people(conversation: Conversation, now: datetime) -> None:
    """The customer waits for the people who have the case; what was pending or snoozed is open again."""
    cases = Escalation.objects.filter(conversation=conversation, closed_at__isnull=True)
    cases.update(
        status=Status.OPEN,
        snoozed_until=None,
        asked_count=F("asked_count") + 1,
        asked_at=Coalesce("asked_at", Value(now)),
        **promises.asked_again(cases, conversation.brand, now),
    )


def _free_held(conversation: Conversation) -> None:
    """The customer's message has opened the window: what was held while it was closed may go."""
    Conversation.objects.filter(id=conversation.id).update(holds_reply=False)
    if Message.objects.filter(conversation=conversation, delivery=Delivery.HELD).update(delivery=Delivery.QUEUED):
        transaction.on_commit(lambda: doorbell.ring_delivery(conversation.id))


def _announce(message: Message, conversation: Conversation) -> None:
    log.info("received", message_id=str(message.id), conversation=str(conversation.id), kind=message.kind)
    news = [events.news(events.conversation_group(conversation.id), events.message_event(message))]
    if conversation.owner != Owner.BOT:
        news.append(events.news(*events.changed(conversation.id)))
    ring = doorbell.ring(doorbell.TAKE_TURN, conversation.id, settings.QUIET_SECONDS[conversation.channel])
    redis_client.tell(*news, ring)


def _asked(conversation: Conversation) -> Sequence[str]:
    """What the customer was asked last: bare digits that answer it are no secret."""
    try:
        return from_json(conversation.state).said.question
    except StateError:
        return ()  # the turn will say so and start again


def _find_repeat(inbound: Inbound) -> Message | None:
    if inbound.external_id:
        return Message.objects.filter(transport=inbound.channel, external_id=inbound.external_id).first()
    if inbound.client_id and inbound.conversation:
        return Message.objects.filter(conversation=inbound.conversation, client_id=inbound.client_id).first()
    return None


def mark_read(conversation_id: uuid.UUID, seq: int) -> None:
    """The customer has seen everything up to ``seq`` on the web; never goes back."""
    with db.write():
        conversation = Conversation.objects.select_for_update(of=("self",)).filter(id=conversation_id).first()
        if conversation is None or seq <= conversation.customer_read_seq or seq >= conversation.next_seq:
            return
        conversation.customer_read_seq = seq
        conversation.save(update_fields=["customer_read_seq"])
        conversation.messages.filter(seq__lte=seq, delivery=Delivery.SENT).update(delivery=Delivery.READ)
        if conversation.owner != Owner.BOT:
            transaction.on_commit(lambda: events.publish(events.changed(conversation_id)))
