"""How customers, colleagues and messages are called on a screen; never by a whole number."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from support import staff
from support.console import words
from support.console.masking import mask_number, mask_phones
from support.models import AuditEvent, Channel, Conversation, Message

EXCERPT_CHARACTERS = 160
_SYSTEM = {"akwaba": "Akwaba"}  # who acts by itself; other names without an account are of people who left


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


def person(user: User | None) -> dict[str, Any] | None:
    """A colleague as {id, name}; None for nobody."""
    return {"id": user.pk, "name": staff.name(user)} if user else None


def author(event: AuditEvent) -> str:
    """Who did an act of the audit trail."""
    return staff.name(event.actor) if event.actor else _SYSTEM.get(event.actor_name, event.actor_name)
