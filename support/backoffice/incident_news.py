"""Telling everybody an incident hit that it is fixed: once each, inside WhatsApp's window or through its template."""

from __future__ import annotations

import uuid

import structlog
from django.db import transaction

from support import clock, own_messages
from support.db import write
from support.models import Author, Conversation, Incident, IncidentCase, Owner

log = structlog.get_logger(__name__)
BATCH = 200


def tell(incident_id: uuid.UUID) -> int:
    """Tell those not told yet; returns how many messages were written. Any number of workers, any number of times.

    With a person the assistant is silent: the agent sees the label and tells it. STOP is respected.
    """
    incident = Incident.objects.filter(id=incident_id, fixed_at__isnull=False).exclude(closing="").first()
    if incident is None:
        return 0
    told = 0
    while due := list(incident.cases.filter(closing_told_at__isnull=True).values_list("id", flat=True)[:BATCH]):
        told += sum(_tell(case, incident.closing) for case in due)
    log.info("incident_told", incident=str(incident_id), told=told)
    return told


def untold() -> list[uuid.UUID]:
    """Fixed incidents of which somebody was not told yet. For the sweeper."""
    rows = IncidentCase.objects.filter(closing_told_at__isnull=True, incident__fixed_at__isnull=False)
    return list(rows.exclude(incident__closing="").order_by().values_list("incident_id", flat=True).distinct())


def _tell(case_id: int, closing: str) -> bool:
    with write():
        case = IncidentCase.objects.select_related("incident").get(id=case_id)
        rows = Conversation.objects.select_for_update(of=("self",)).select_related("identity")
        conversation = rows.get(id=case.conversation_id)
        if not IncidentCase.objects.filter(id=case_id, closing_told_at__isnull=True).update(
            closing_told_at=clock.now()
        ):
            return False
        if conversation.owner == Owner.AGENT or conversation.identity.opted_out_at:
            return False
        once = uuid.uuid5(case.incident_id, str(conversation.id))
        message = own_messages.say(conversation, Author.BOT, closing, client_id=once)
        transaction.on_commit(lambda: own_messages.publish(message))
    return True
