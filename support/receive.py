"""The one way in: a customer's message becomes a row, in order and once, before anything is acknowledged."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from chatbot.anonymise.secrets import mask_secrets
from chatbot.dialogue.state import StateError, from_json
from support import clock, db, doorbell
from support.models import Author, Channel, Conversation, Customer, Delivery, Identity, Message, Owner
from support.privacy.fields import blind_index
from support.transports.web import events

log = structlog.get_logger(__name__)
MAY_HAVE_CLOSED = timedelta(hours=23)
WRITTEN = ("next_seq", "inbound_seq", "inbound_at", "window_from", "waiting_since", "owner")
READ = ("id", "channel", "state", *WRITTEN)


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
    text = _storable(inbound.text)
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
    conversation = _locked_conversation(inbound)
    now, stored = clock.now(), timezone.now()
    message = Message.objects.create(
        conversation=conversation,
        seq=conversation.next_seq,
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
    if inbound.channel == Channel.WHATSAPP:
        _open_window(conversation, now)
    conversation.next_seq = message.seq + 1
    conversation.inbound_seq = message.seq
    conversation.inbound_at = now
    conversation.waiting_since = conversation.waiting_since or stored
    if conversation.owner == Owner.NOBODY:
        conversation.owner = Owner.BOT
    conversation.save(update_fields=WRITTEN)
    transaction.on_commit(lambda: _announce(message, conversation))
    return Receipt(message, fresh=True)


def _locked_conversation(inbound: Inbound) -> Conversation:
    index = blind_index(f"{inbound.brand}:{inbound.channel}", inbound.address)
    known = (
        Conversation.objects.select_for_update(of=("self",))
        .only(*READ)
        .filter(identity__brand=inbound.brand, identity__channel=inbound.channel, identity__value_index=index)
    )
    return next(iter(known), None) or _first_conversation(inbound, index)


def _first_conversation(inbound: Inbound, index: str) -> Conversation:
    customer = Customer.objects.create(brand=inbound.brand, display_name=inbound.display_name[:80])
    identity = Identity.objects.create(
        customer=customer, brand=inbound.brand, channel=inbound.channel, value=inbound.address, value_index=index
    )
    return Conversation.objects.create(
        id=inbound.conversation or db.uuid7(),
        identity=identity,
        customer=customer,
        brand=inbound.brand,
        channel=inbound.channel,
    )


def _open_window(conversation: Conversation, now: datetime) -> None:
    """A message from the customer opens WhatsApp's 24 hours and frees what was held while they were over."""
    before, conversation.window_from = conversation.window_from, now
    if before is not None and now - before < MAY_HAVE_CLOSED:
        return
    if Message.objects.filter(conversation=conversation, delivery=Delivery.HELD).update(delivery=Delivery.QUEUED):
        transaction.on_commit(lambda: doorbell.ring_delivery(conversation.id))


def _announce(message: Message, conversation: Conversation) -> None:
    log.info("received", message_id=str(message.id), conversation=str(conversation.id), kind=message.kind)
    events.publish((events.conversation_group(conversation.id), events.message_event(message)))
    if conversation.owner != Owner.BOT:
        events.publish((events.CONSOLE_GROUP, {"type": "changed", "conversation": str(conversation.id)}))
    doorbell.ring_turn(conversation.id, settings.QUIET_SECONDS[conversation.channel])


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


def _storable(text: str) -> str:
    """Text every database and every JSON reader takes (no NUL, no lone surrogate), its lines ended by one character."""
    return text.replace("\x00", "").replace("\r\n", "\n").encode("utf-8", "replace").decode()


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
            changed = {"type": "changed", "conversation": str(conversation_id)}
            transaction.on_commit(lambda: events.publish((events.CONSOLE_GROUP, changed)))
