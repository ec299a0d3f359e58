"""What was interrupted here, for the sweeper: news not told, notices not sent, news left to an agent who left."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from support import db
from support.models import Author, ClaimEvent, Message, OutgoingEvent, OutgoingState, Owner, Told

LIMIT = 200


def untold(late: datetime) -> list[uuid.UUID]:
    """Conversations whose customer is still to be told of a change recorded before ``late``."""
    _take_back_from_agents()
    due = ClaimEvent.objects.filter(told=Told.DUE, recorded_at__lt=late)
    return list(due.order_by().values_list("claim__conversation_id", flat=True).distinct()[:LIMIT])


def unsent(late: datetime) -> list[uuid.UUID]:
    """One claim of the outbox that waits past its time, if there is any: a ring for it sends them all."""
    if not settings.BACKOFFICE_WEBHOOK_URL:
        return []
    waiting = OutgoingEvent.objects.filter(
        state=OutgoingState.PENDING, next_at__lte=timezone.now(), created_at__lt=late
    )
    return list(waiting.order_by("next_at").values_list("claim_id", flat=True)[:1])


def _take_back_from_agents() -> None:
    """An agent who gave the conversation back without a word since the change did not tell of it: we do."""
    left = ClaimEvent.objects.filter(told=Told.AGENT).exclude(claim__conversation__owner=Owner.AGENT)
    for event in left.select_related("claim")[:LIMIT]:
        said = Message.objects.filter(
            conversation=event.claim.conversation_id, author=Author.AGENT, at__gte=event.recorded_at or event.at
        )
        with db.write():
            ClaimEvent.objects.filter(id=event.id, told=Told.AGENT).update(
                told=Told.BY_AGENT if said.exists() else Told.DUE
            )
