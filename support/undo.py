"""Five seconds to think again: a reply is kept by the server, and becomes a message when they are over.

Kept in the database and not in the page, so that a closed tab loses nothing. Undoing and letting go both lock the
conversation first: exactly one of them wins.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from support import db, doorbell, escalate, inviting
from support.models import Message, PendingReply
from support.owning import locked
from support.privacy import audit
from support.transports.web import events

RING_AFTER = 0.05  # the clock of a worker may be a little behind
OVERDUE = timedelta(seconds=2)


def hold(
    conversation_id: uuid.UUID,
    agent: User,
    text: str,
    client_id: uuid.UUID,
    attachments: Sequence[Mapping[str, Any]] = (),
    *,
    template: inviting.Filled | None = None,
) -> Message | PendingReply:
    """Take a reply: kept while it can be undone, or a message at once where UNDO_SECONDS is 0.

    ``template`` goes before it, outside WhatsApp's window, or alone.

    The same ``client_id`` again returns the first; one that was refused is tried again. Raises EscalationError.
    """
    if settings.UNDO_SECONDS <= 0:
        return escalate.reply(conversation_id, agent, text, client_id, attachments, template=template)
    text = escalate.sayable(text, with_more=bool(attachments or template))
    with db.write():
        if sent := Message.objects.filter(conversation=conversation_id, client_id=client_id).first():
            return sent
        owned = escalate.owned(conversation_id, agent)
        escalate.keep(conversation_id, agent)
        now = timezone.now()
        due = now + timedelta(seconds=settings.UNDO_SECONDS)
        waiting, fresh = PendingReply.objects.get_or_create(
            conversation=owned,
            client_id=client_id,
            defaults={
                "agent": agent, "text": text, "attachments": [*attachments], "template": dict(template or {}),
                "created_at": now, "due_at": due,
            },
        )  # fmt: skip
        if not fresh and waiting.refused:
            waiting.refused, waiting.created_at, waiting.due_at = "", now, due
            waiting.save(update_fields=["refused", "created_at", "due_at"])
        transaction.on_commit(lambda: _ring(conversation_id))
    return waiting


def undo(conversation_id: uuid.UUID, agent: User, client_id: uuid.UUID) -> PendingReply:
    """Take the agent's own reply back before it leaves, or clear one that was refused; returns what it said.

    Raises EscalationError when it has left.
    """
    with db.write():
        locked(conversation_id)
        waiting = PendingReply.objects.filter(conversation=conversation_id, client_id=client_id, agent=agent).first()
        if waiting is None:
            raise escalate.EscalationError("Trop tard : la réponse est partie.")
        waiting.delete()
        audit.record(agent, "reply_undone", f"conversation:{conversation_id}", {"refused": bool(waiting.refused)})
        transaction.on_commit(lambda: events.publish(events.changed(conversation_id)))
    return waiting


def release(conversation_id: uuid.UUID) -> int:
    """Let go of what can no longer be undone; returns how many became messages."""
    return escalate.release(conversation_id, timezone.now())


def overdue() -> list[uuid.UUID]:
    """Conversations with a reply that no doorbell rang for in time. For the sweeper."""
    late = PendingReply.objects.filter(due_at__lt=timezone.now() - OVERDUE, refused="")
    return list(late.order_by().values_list("conversation_id", flat=True).distinct())


def shown(conversation_id: uuid.UUID, agent: User) -> list[dict[str, Any]]:
    """The agent's own replies that have not left yet, as the case page shows them."""
    rows = PendingReply.objects.filter(conversation=conversation_id, agent=agent)
    return [as_json(row) for row in rows]


def as_json(waiting: PendingReply) -> dict[str, Any]:
    """One bubble on its way out."""
    return {
        "client_id": str(waiting.client_id),
        "text": waiting.text,
        "files": [{name: each.get(name) for name in ("file", "name", "type")} for each in waiting.attachments],
        "template": {name: waiting.template.get(name) for name in ("name", "text")} if waiting.template else None,
        "due": events.isoformat(waiting.due_at),
        "refused": waiting.refused,
    }


def _ring(conversation_id: uuid.UUID) -> None:
    events.publish(events.changed(conversation_id))
    doorbell.ring_release(conversation_id, settings.UNDO_SECONDS + RING_AFTER)
