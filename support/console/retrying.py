"""Saying again what failed: as a new message, once, and only what the provider did not get."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import User

from support import escalate, files, undo
from support.console import words
from support.delivery import outgoing
from support.models import Author, Delivery, Message, PendingReply


def may_again(message: Message) -> bool:
    """Whether it makes sense to try again: an agent's reply that failed for a reason that may pass."""
    return (
        message.author == Author.AGENT
        and message.delivery == Delivery.FAILED
        and words.explain(message.delivery, message.error_code).again
    )


def again(conversation: uuid.UUID, agent: User, message_id: uuid.UUID) -> Message | PendingReply:
    """The new reply. Asked twice it is one, by its identifier. Raises EscalationError."""
    failed = Message.objects.filter(conversation=conversation, id=message_id).prefetch_related("attempts").first()
    if failed is None or not may_again(failed):
        raise escalate.EscalationError("Ce message ne peut pas être renvoyé.")
    parts = outgoing.left_to_say(failed, failed.attempts.all())
    if not parts:
        raise escalate.EscalationError("Tout ce message est déjà chez le fournisseur.")
    attached = files.of(conversation, [part.file for part in parts if part.file])
    text = "".join(part.body for part in parts)
    return undo.hold(conversation, agent, text, uuid.uuid5(failed.id, "again"), attached)
