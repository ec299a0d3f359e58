"""What the queue and the case page read of conversations, in a number of queries that does not grow with them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery

from support.console import rows
from support.console.naming import EXCERPT_CHARACTERS, customer_name, excerpt, person
from support.console.rows import Row
from support.models import Author, Conversation, Message, Owner

__all__ = [
    "EXCERPT_CHARACTERS",
    "Exchange",
    "Row",
    "agent_of",
    "customer_name",
    "excerpt",
    "exchanges_of",
    "queue",
]


@dataclass(frozen=True, slots=True)
class Exchange:
    """Where the talk between an agent and the customer stands: messages without an answer, and since when."""

    replied_at: datetime | None = None
    unanswered: int = 0
    since: datetime | None = None


def queue() -> list[Row]:
    """Every open case, most urgent first. Three queries."""
    return rows.read()


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


def agent_of(conversation: Conversation) -> dict[str, Any] | None:
    """Who has the conversation, as {id, name}; None when nobody has."""
    return person(conversation.agent) if conversation.owner == Owner.AGENT else None
