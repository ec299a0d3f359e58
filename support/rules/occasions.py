"""Notes that something happened to a case, beside what happened: lost with it, or kept with it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from support import clock, doorbell
from support.models import Conversation, Escalation, Occasion, Owner, Rule, RuleOccasion

KEPT = timedelta(hours=1)  # what nobody could look at for so long is let go: acting then would puzzle more than help
MOST = 500


def note(conversation: Conversation, case: Escalation, occasion: Occasion) -> None:
    """Have the rules looked at once this transaction is committed. One query where no rule is in force."""
    if not _is_watched(conversation.brand, occasion):
        return
    RuleOccasion.objects.create(
        escalation=case, conversation=conversation, occasion=occasion, seq=conversation.inbound_seq, at=clock.now()
    )
    transaction.on_commit(partial(doorbell.ring_rules, conversation.id))


def note_open(conversation: Conversation, occasion: Occasion) -> None:
    """The same for the open case of a conversation that is with people, or waits for them, if there is one."""
    if conversation.owner in (Owner.QUEUE, Owner.AGENT) and _is_watched(conversation.brand, occasion):
        for case in conversation.escalations.filter(closed_at__isnull=True):
            note(conversation, case, occasion)


def _is_watched(brand: str, occasion: Occasion) -> bool:
    return Rule.objects.filter(brand=brand, occasion=occasion, active=True).exists()


def due(late: datetime) -> list[uuid.UUID]:
    """Conversations whose occasions were noted before ``late`` and not looked at. For the sweeper."""
    rows = RuleOccasion.objects.filter(stored_at__lt=late, stored_at__gte=timezone.now() - KEPT)
    return list(rows.order_by().values_list("conversation_id", flat=True).distinct()[:MOST])


def forget_old() -> None:
    """Let go of what nobody could look at in time. For the sweeper."""
    old = RuleOccasion.objects.filter(stored_at__lt=timezone.now() - KEPT)
    if old.exists():  # a look costs no writer's turn
        old.delete()
