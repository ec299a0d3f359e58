"""Who waits before whom: places in the queue, and how urgent a conversation in it is."""

from __future__ import annotations

from typing import cast

from chatbot.types import Priority as PriorityName
from support.models import Conversation, Escalation, Owner, Priority


def queue_position(conversation: Conversation) -> int | None:
    """Place in the queue, from 1; None when the conversation does not wait."""
    waiting = Escalation.objects.filter(closed_at__isnull=True, conversation__owner=Owner.QUEUE)
    ids = list(waiting.order_by("priority", "due_at", "id").values_list("conversation_id", flat=True))
    return ids.index(conversation.id) + 1 if conversation.id in ids else None


def place_for(priority: PriorityName) -> int:
    """The place, from 1, of a conversation that joins the queue now: behind all that are as urgent or more."""
    waiting = Escalation.objects.filter(closed_at__isnull=True, conversation__owner=Owner.QUEUE)
    return waiting.filter(priority__lte=Priority[priority.upper()]).count() + 1


def standing_priority(conversation: Conversation) -> PriorityName | None:
    """How urgent the person this conversation waits for was said to be; None when it waits for none."""
    standing = conversation.escalations.filter(closed_at__isnull=True).values_list("priority", flat=True).first()
    return None if standing is None else cast("PriorityName", Priority(standing).name.lower())
