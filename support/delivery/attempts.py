"""The ledger of attempts at a provider, and the state of a message that follows from them."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from support.delivery import outgoing
from support.delivery.plan import state_of
from support.delivery.states import later
from support.models import Attempt, Delivery, Message
from support.transports.web import events


def record(attempt: Attempt, state: Delivery, external_id: str, error_code: str, *, permanent: bool = False) -> None:
    """Join news into an attempt: the further state stands, and the first identifier."""
    stands = later(attempt.state, state)
    if stands == state and state == Delivery.FAILED:
        attempt.permanent = attempt.permanent or permanent
        attempt.error_code = error_code[:20]
    attempt.state = stands
    attempt.external_id = attempt.external_id or external_id
    attempt.settled_at = attempt.settled_at or timezone.now()
    attempt.save(update_fields=["state", "external_id", "error_code", "permanent", "settled_at"])


def update_message(message_id: uuid.UUID) -> Delivery:
    """Derive a message's state from its attempts. What is held or cancelled stays so."""
    message = Message.objects.prefetch_related("attempts").get(id=message_id)
    attempts = list(message.attempts.all())
    state = state_of(len(outgoing.parts_of(message)), attempts) if attempts else Delivery(message.delivery)
    if message.delivery in (Delivery.HELD, Delivery.CANCELLED) and state == Delivery.QUEUED:
        return Delivery(message.delivery)
    code = next((attempt.error_code for attempt in reversed(attempts) if attempt.error_code), "")
    if (state, code) != (message.delivery, message.error_code):
        shown = code if state in (Delivery.FAILED, Delivery.QUEUED) else ""
        Message.objects.filter(id=message_id).update(delivery=state, error_code=shown)
        if state == Delivery.FAILED:
            transaction.on_commit(lambda: events.publish(events.changed(message.conversation_id)))
    return state
