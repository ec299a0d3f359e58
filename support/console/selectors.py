"""What the queue shows: every open case as one row, in a number of queries that does not grow with the queue."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery

from support.console import words
from support.console.masking import mask_number, mask_phones
from support.models import Author, Channel, Conversation, Escalation, Message, Owner
from support.transports.web.events import isoformat

EXCERPT_CHARACTERS = 160
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exchange:
    """Where the talk between an agent and the customer stands: messages without an answer, and since when."""

    replied_at: datetime | None = None
    unanswered: int = 0
    since: datetime | None = None


def queue() -> list[Row]:
    """Every open case, most urgent first. Four queries."""
    escalations = list(
        Escalation.objects.filter(closed_at__isnull=True, conversation__owner__in=[Owner.QUEUE, Owner.AGENT])
        .select_related("conversation__identity", "conversation__customer", "conversation__agent")
        .order_by("priority", "due_at", "id")
    )
    ids = [escalation.conversation_id for escalation in escalations]
    latest, exchanges = _latest_customer_messages(ids), exchanges_of(ids)
    return [
        _row(escalation, latest.get(escalation.conversation_id), exchanges.get(escalation.conversation_id, Exchange()))
        for escalation in escalations
    ]


def counts(user: User) -> dict[str, int]:
    """How many cases wait, and how many of the user's own have a message without an answer."""
    waiting = Escalation.objects.filter(closed_at__isnull=True, conversation__owner=Owner.QUEUE).count()
    own = Conversation.objects.filter(owner=Owner.AGENT, agent=user).values_list("id", flat=True)
    mine = sum(1 for exchange in exchanges_of(list(own)).values() if exchange.unanswered)
    return {"waiting": waiting, "mine": mine}


def exchanges_of(conversations: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Exchange]:
    """How the exchange with an agent stands in each conversation. Two queries."""
    rows = Message.objects.filter(conversation__in=conversations)
    replied = {
        row["conversation"]: row["at"]
        for row in rows.filter(author=Author.AGENT).order_by().values("conversation").annotate(at=Max("at"))
    }
    asked = _unanswered(rows).values("conversation").annotate(n=Count("id"), at=Min("at"))
    open_questions = {row["conversation"]: row for row in asked}
    found: dict[uuid.UUID, Exchange] = {}
    for conversation in conversations:
        question = open_questions.get(conversation)
        found[conversation] = Exchange(
            replied.get(conversation), question["n"] if question else 0, question["at"] if question else None
        )
    return found


def _unanswered(messages: QuerySet[Message]) -> QuerySet[Message]:
    """The customer's messages after the last one of an agent."""
    replies = Message.objects.filter(conversation=OuterRef("conversation"), author=Author.AGENT).order_by("-seq")
    customers = messages.filter(author=Author.CUSTOMER).annotate(answered_to=Subquery(replies.values("seq")[:1]))
    return customers.filter(Q(answered_to__isnull=True) | Q(seq__gt=F("answered_to"))).order_by()


def _latest_customer_messages(conversations: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, Message]:
    latest = Message.objects.filter(conversation__in=conversations, seq=F("conversation__inbound_seq"))
    return {message.conversation_id: message for message in latest}


def _row(escalation: Escalation, message: Message | None, exchange: Exchange) -> Row:
    conversation = escalation.conversation
    with_agent = conversation.owner == Owner.AGENT
    answered = exchange.replied_at is not None and exchange.replied_at >= escalation.opened_at
    since = (exchange.since if answered else None) or escalation.opened_at
    return {
        "id": str(conversation.id),
        "priority": escalation.priority,
        "priority_label": escalation.get_priority_display(),
        "reason": escalation.get_reason_display(),
        "customer": customer_name(conversation),
        "channel": conversation.channel,
        "channel_label": conversation.get_channel_display(),
        "since": None if with_agent and answered and not exchange.unanswered else isoformat(since),
        "due": None if answered else isoformat(escalation.due_at),
        "excerpt": excerpt(message),
        "agent": agent_of(conversation),
        "unanswered": exchange.unanswered if with_agent else 0,
        "state": _state(escalation, exchange, answered=answered),
    }


def _state(escalation: Escalation, exchange: Exchange, *, answered: bool) -> str:
    if escalation.conversation.owner == Owner.QUEUE:
        return "Revenue dans la file" if escalation.taken_at else "Nouvelle"
    if not answered:
        return "Prise, sans réponse"
    return "Le client attend" if exchange.unanswered else "Répondu"


def customer_name(conversation: Conversation) -> str:
    """The name a customer gave, or what tells them apart; never a whole number."""
    if name := conversation.customer.display_name:
        return mask_phones(name)
    if conversation.channel == Channel.WHATSAPP:
        return mask_number(conversation.identity.value)
    return f"Visiteur {str(conversation.id)[-4:]}"


def excerpt(message: Message | None) -> str:
    """The beginning of a message on one line, numbers masked; the kind of it when it has no words."""
    if message is None:
        return ""
    line = " ".join(mask_phones(message.text).split())
    line = line if len(line) <= EXCERPT_CHARACTERS else f"{line[: EXCERPT_CHARACTERS - 1]}…"
    return line or words.kind_of_message(message.kind)


def agent_of(conversation: Conversation) -> dict[str, Any] | None:
    """Who has the conversation, as {id, name}; None when nobody has."""
    if conversation.owner != Owner.AGENT or conversation.agent is None:
        return None
    agent = conversation.agent
    return {"id": agent.pk, "name": agent.get_full_name() or agent.get_username()}
