"""Who has a conversation: the lock every writer takes first, and the lease of the agent who has it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from support.models import Conversation, Escalation, Owner


class EscalationError(Exception):
    """What was asked cannot be done; the text is French and fit for the agent's screen."""


def locked(conversation_id: uuid.UUID) -> Conversation:
    """The row every writer locks first. Raises EscalationError when there is none."""
    try:
        return Conversation.objects.select_for_update(of=("self",)).get(id=conversation_id)
    except Conversation.DoesNotExist:
        raise EscalationError("Cette conversation n'existe pas.") from None


def open_case(conversation: Conversation) -> Escalation | None:
    """The case that stands open in a conversation, which has one at most; None where nobody is asked for."""
    return conversation.escalations.filter(closed_at__isnull=True).first()


def require_owner(conversation: Conversation, agent: User) -> None:
    """Raises EscalationError when the conversation is not with ``agent``."""
    if conversation.owner != Owner.AGENT or conversation.agent_id != agent.pk:
        raise EscalationError("Prenez d'abord la conversation : elle n'est pas (ou plus) avec vous.")


def lease_end(seconds: float | None = None) -> datetime:
    """When a case taken, or touched, now falls back into the queue if its agent goes quiet."""
    return timezone.now() + timedelta(seconds=seconds or settings.AGENT_LEASE_SECONDS)
