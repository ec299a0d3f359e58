"""Fills a database with conversations as a year of them would look: eight messages each, one in fifty open."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from support.bench.desk import copies
from support.bench.desk.words_said import WRITTEN, Talk, talk
from support.db import uuid7
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
    Priority,
    Reason,
    Status,
)
from support.privacy.fields import blind_index
from support.search import index

OPEN_EACH = 50  # one conversation in so many is open
APART = timedelta(minutes=5)  # between two conversations
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Filed:
    """A conversation and what is said in it."""

    conversation: Conversation
    talk: Talk


def write(upto: int) -> None:
    """Bring the database to ``upto`` conversations, none of them indexed yet."""
    here = Conversation.objects.count()
    for start in range(here, upto, CHUNK):
        _store([_file(place) for place in range(start, min(upto, start + CHUNK))])


def fill(upto: int) -> None:
    """Bring the database to ``upto`` conversations, all indexed, one in fifty of them open."""
    write(upto if connection.vendor != "postgresql" else min(upto, WRITTEN))
    index_all()
    _open_some()
    if connection.vendor == "postgresql":
        copies.multiply(WRITTEN, upto)


def index_all() -> None:
    """Until everything is in the index; what the stack's own worker has its hands on is waited for."""
    while index.index_due() or index.is_due():
        pass


def open_for(agents: Sequence[User], each: int, waiting: int) -> list[Conversation]:
    """Of the newest conversations: ``each`` with every agent, ``waiting`` in the queue; returns those."""
    wanted = len(agents) * each + waiting
    rows = list(Conversation.objects.filter(owner=Owner.BOT).select_related("identity").order_by("-id")[:wanted])
    for place, conversation in enumerate(rows):
        agent = agents[place % len(agents)] if place < len(agents) * each else None
        conversation.owner, conversation.agent = (Owner.AGENT, agent) if agent else (Owner.QUEUE, None)
    Conversation.objects.bulk_update(rows, ["owner", "agent"])
    Escalation.objects.bulk_create([_open(conversation, conversation.agent) for conversation in rows])
    return rows


def _open_some() -> None:
    """Whatever was open before: of those written one by one, one in fifty waits for a person, nobody else does."""
    written = Conversation.objects.filter(identity__lt=copies.APART)
    Escalation.objects.filter(conversation__in=written).delete()
    written.update(owner=Owner.BOT, agent=None)
    ids = list(written.order_by("id").values_list("id", flat=True))[::OPEN_EACH]
    Conversation.objects.filter(id__in=ids).update(owner=Owner.QUEUE)
    Escalation.objects.bulk_create([_open(row, None) for row in Conversation.objects.filter(id__in=ids)])


def _file(place: int) -> Filed:
    said = talk(place)
    customer = Customer(brand=settings.BRAND, display_name=said.name)
    identity = Identity(
        customer=customer,
        brand=settings.BRAND,
        channel=Channel.WHATSAPP,
        value=said.number,
        value_index=blind_index(f"{settings.BRAND}:{Channel.WHATSAPP}", said.number),
    )
    at = timezone.now() - timedelta(days=400) + APART * place
    count = len(said.messages)
    conversation = Conversation(
        id=uuid7(),
        customer=customer,
        brand=settings.BRAND,
        channel=Channel.WHATSAPP,
        identity=identity,
        next_seq=count + 1,
        inbound_seq=count - 1,
        handled_seq=count - 1,
        inbound_at=at,
        window_from=at,
    )
    return Filed(conversation, said)


@transaction.atomic  # the stack's worker indexes meanwhile: a conversation never stands there without its messages
def _store(filed: Sequence[Filed]) -> None:
    Customer.objects.bulk_create([each.conversation.customer for each in filed])
    Identity.objects.bulk_create([each.conversation.identity for each in filed])
    for each in filed:
        each.conversation.identity_id = each.conversation.identity.pk
    Conversation.objects.bulk_create([each.conversation for each in filed])
    Message.objects.bulk_create([message for each in filed for message in _messages(each)])


def _messages(filed: Filed) -> Iterator[Message]:
    for seq, (author, text) in enumerate(filed.talk.messages, start=1):
        customers = author == Author.CUSTOMER
        yield Message(
            conversation=filed.conversation,
            seq=seq,
            author=author,
            text=text,
            at=filed.conversation.inbound_at or timezone.now(),
            transport=Channel.WHATSAPP,
            delivery=Delivery.RECEIVED if customers else Delivery.READ,
            external_id=f"SM{uuid.uuid4().hex}" if customers else None,
        )


def _open(conversation: Conversation, agent: User | None) -> Escalation:
    now = timezone.now()
    return Escalation(
        conversation=conversation,
        reason=Reason.HUMAN_REQUEST,
        priority=Priority.NORMAL,
        summary="résumé",
        status=Status.OPEN,
        opened_at=now,
        due_at=now + timedelta(minutes=30),
        assignee=agent,
        taken_at=now if agent else None,
        lease_until=now + timedelta(hours=2) if agent else None,
        asked_at=now,
        asked_count=1,
    )
