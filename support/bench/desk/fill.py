"""Fills a database with conversations as a year of them would look: eight messages each, one in fifty open."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from support.bench.desk.rows import insert
from support.bench.desk.words_said import Talk, talk
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
    SearchToken,
    Status,
)  # fmt: skip
from support.privacy.fields import blind_index
from support.search import index, words

OPEN_EACH = 50  # one conversation in so many is open
APART = timedelta(minutes=5)  # between two conversations
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Filed:
    """A conversation and what was said in it."""

    conversation: Conversation
    talk: Talk
    place: int


def fill(upto: int, *, indexed: bool) -> None:
    """Bring the database to ``upto`` conversations; ``indexed`` as if the indexing had kept up, or all still to do."""
    here = Conversation.objects.count()
    for start in range(here, upto, CHUNK):
        _store([_file(place) for place in range(start, min(upto, start + CHUNK))], indexed=indexed)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def open_for(agents: Sequence[User], each: int, waiting: int) -> list[Conversation]:
    """Of the newest conversations: ``each`` with every agent, ``waiting`` in the queue; returns those."""
    wanted = len(agents) * each + waiting
    free = Conversation.objects.filter(owner=Owner.BOT).select_related("identity").order_by("-id")[:wanted]
    rows = list(free)
    for place, conversation in enumerate(rows):
        agent = agents[place % len(agents)] if place < len(agents) * each else None
        conversation.owner, conversation.agent = (Owner.AGENT, agent) if agent else (Owner.QUEUE, None)
    Conversation.objects.bulk_update(rows, ["owner", "agent"])
    insert(_open(conversation, conversation.agent) for conversation in rows)
    return rows


def _file(place: int) -> Filed:
    said = talk(place)
    customer = Customer(brand=settings.BRAND, display_name=said.name)
    identity = Identity(
        customer=customer, brand=settings.BRAND, channel=Channel.WHATSAPP, value=said.number,
        value_index=blind_index(f"{settings.BRAND}:{Channel.WHATSAPP}", said.number),
    )  # fmt: skip
    at = timezone.now() - timedelta(days=400) + APART * place
    count = len(said.messages)
    conversation = Conversation(
        id=uuid7(), identity=identity, customer=customer, brand=settings.BRAND, channel=Channel.WHATSAPP,
        owner=Owner.QUEUE if place % OPEN_EACH == 0 else Owner.BOT,
        next_seq=count + 1, inbound_seq=count - 1, handled_seq=count - 1, inbound_at=at, window_from=at,
    )  # fmt: skip
    return Filed(conversation, said, place)


def _store(filed: Sequence[Filed], *, indexed: bool) -> None:
    insert(each.conversation.customer for each in filed)
    _insert_identities([each.conversation.identity for each in filed])
    for each in filed:
        each.conversation.identity_id = each.conversation.identity.pk
        each.conversation.indexed_seq = each.conversation.next_seq - 1 if indexed else 0
    insert(each.conversation for each in filed)
    insert(message for each in filed for message in _messages(each))
    insert(_open(each.conversation, None) for each in filed if each.conversation.owner == Owner.QUEUE)
    if indexed:
        insert(row for each in filed for row in _tokens(each))


def _insert_identities(identities: Sequence[Identity]) -> None:
    """Their keys are the database's, and conversations need them."""
    Identity.objects.bulk_create(identities)


def _messages(filed: Filed) -> Iterator[Message]:
    at = filed.conversation.inbound_at or timezone.now()
    for seq, (author, text) in enumerate(filed.talk.messages, start=1):
        yield Message(
            conversation=filed.conversation, seq=seq, author=author, text=text, at=at, transport=Channel.WHATSAPP,
            delivery=Delivery.RECEIVED if author == Author.CUSTOMER else Delivery.READ,
            external_id=f"SM{uuid.uuid4().hex}" if author == Author.CUSTOMER else None,
        )  # fmt: skip


def _open(conversation: Conversation, agent: User | None) -> Escalation:
    now = timezone.now()
    return Escalation(
        conversation=conversation, reason=Reason.HUMAN_REQUEST, priority=Priority.NORMAL, summary="résumé",
        status=Status.OPEN, opened_at=now, due_at=now + timedelta(minutes=30), assignee=agent,
        taken_at=now if agent else None, lease_until=now + timedelta(hours=2) if agent else None,
        asked_at=now, asked_count=1,
    )  # fmt: skip


def _tokens(filed: Filed) -> Iterator[SearchToken]:
    """As the indexing writes them, but for what the assistant's spelling would add."""
    at = filed.conversation.inbound_at or timezone.now()
    places = dict.fromkeys(words.tokens(index.card_forms(filed.conversation)), index.CARD)
    for seq, (_, text) in enumerate(filed.talk.messages, start=1):
        places.update(dict.fromkeys(words.tokens(_forms(text)), seq))
    for token, seq in places.items():
        yield SearchToken(conversation=filed.conversation, token=token, seq=seq, at=at)


_known: dict[str, frozenset[str]] = {}


def _forms(text: str) -> Iterable[str]:
    """What the assistant says over and over is read once."""
    if text not in _known:
        if len(_known) > CHUNK:
            _known.clear()
        _known[text] = frozenset(words.forms_of(text))
    return _known[text]
