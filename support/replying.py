"""What an agent says to a customer: stored, undone while it can be, released in order, sent once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from support import db, inviting, own_messages, satisfaction
from support.models import (
    Author,
    Conversation,
    Delivery,
    Message,
    Owner,
    PendingReply,
    Satisfaction,
    StoredFile,
)
from support.owning import EscalationError, lease_end, locked, open_case, require_owner
from support.privacy import audit
from support.transports.web import events

MAX_REPLY_CHARACTERS = 4_000
REFUSED_LATE = "la conversation n'est plus avec vous"


def reply(
    conversation_id: uuid.UUID,
    agent: User,
    text: str,
    client_id: uuid.UUID,
    attachments: Sequence[Mapping[str, Any]] = (),
    *,
    template: inviting.Filled | None = None,
) -> Message:
    """Store an agent's reply and send it. The same ``client_id`` again returns the first. Raises EscalationError.

    Outside WhatsApp's window the reply is held, and ``template`` invites the customer to write; it may go alone.
    """
    text = sayable(text, with_more=bool(attachments or template))
    with db.write():
        conversation = locked(conversation_id)
        if first := conversation.messages.filter(client_id=client_id).first():
            return first
        require_owner(conversation, agent)
        said = _say(conversation, agent, text, client_id, attachments, template=template)
        if said is None:
            raise EscalationError(inviting.why_not(conversation))
        return said


def sayable(text: str, *, with_more: bool = False) -> str:
    """A reply's text as it is stored. Raises EscalationError for one that says nothing or too much."""
    text = text.replace("\x00", "").strip()
    if not text and not with_more:
        raise EscalationError("Le message est vide.")
    if len(text) > MAX_REPLY_CHARACTERS:
        raise EscalationError(f"Le message dépasse {MAX_REPLY_CHARACTERS} caractères.")
    return text


def owned(conversation_id: uuid.UUID, agent: User) -> Conversation:
    """The conversation, locked, for one who writes beside it. In a transaction; raises EscalationError."""
    conversation = locked(conversation_id)
    require_owner(conversation, agent)
    return conversation


def release(conversation_id: uuid.UUID, now: datetime) -> int:
    """Send the replies that can no longer be undone, in order; returns how many. Who no longer has the case sends none:
    such a reply stays, with the reason, for its author.
    """
    sent = 0
    with db.write():
        conversation = locked(conversation_id)
        due = list(conversation.pending_replies.filter(due_at__lte=now, refused="").select_related("agent"))
        for waiting in due:
            its_own = conversation.owner == Owner.AGENT and conversation.agent_id == waiting.agent_id
            refused = _let_go(conversation, waiting) if its_own else REFUSED_LATE
            sent += not refused
            if refused:
                waiting.refused = refused[:200]
                waiting.save(update_fields=["refused"])
        if due:
            transaction.on_commit(lambda: events.publish(events.changed(conversation_id)))
    return sent


def release_locked(conversation: Conversation) -> None:
    """What its agent has already said goes out before the locked conversation changes hands. In a transaction."""
    for waiting in conversation.pending_replies.filter(agent=conversation.agent, refused="").select_related("agent"):
        _let_go(conversation, waiting)


def withdraw(conversation_id: uuid.UUID, agent: User, message_id: uuid.UUID) -> None:
    """Cancel a reply that is held until the customer writes. Raises EscalationError when it is not held (any more)."""
    with db.write():
        conversation = owned(conversation_id, agent)
        held = conversation.messages.filter(id=message_id, author=Author.AGENT, delivery=Delivery.HELD)
        if not held.update(delivery=Delivery.CANCELLED):
            raise EscalationError("Trop tard : cette réponse n'est plus retenue.")
        audit.record(agent, "withdraw", f"conversation:{conversation_id}", {"message": str(message_id)})
        transaction.on_commit(lambda: events.publish(events.changed(conversation_id)))


def _let_go(conversation: Conversation, waiting: PendingReply) -> str:
    """Say it, once; returns why it could not be said: a template alone that has become pointless."""
    if not conversation.messages.filter(client_id=waiting.client_id).exists():
        template = waiting.template or None
        said = _say(
            conversation, waiting.agent, waiting.text, waiting.client_id, waiting.attachments, template=template
        )
        if said is None:
            return inviting.why_not(conversation)
    waiting.delete()
    return ""


def _say(
    conversation: Conversation,
    agent: User,
    text: str,
    client_id: uuid.UUID,
    attachments: Sequence[Mapping[str, Any]] = (),
    *,
    template: inviting.Filled | None = None,
) -> Message | None:
    """Store the reply of a locked conversation's own agent, behind the template that goes before it.

    None for a template alone that may not go any more.
    """
    alone = not (text or attachments)
    invited = (
        _invite(conversation, agent, template, client_id if alone else uuid.uuid5(client_id, "template"))
        if template
        else None
    )
    message = invited if alone else _stored(conversation, agent, text, client_id, attachments)
    if message is None:
        return None
    conversation.escalations.filter(closed_at__isnull=True).update(
        lease_until=lease_end(),
        first_replied_at=Coalesce("first_replied_at", Value(message.at)),
        replied_at=message.at,
        asked_at=None,
        asked_count=0,
        next_due_at=None,
    )
    transaction.on_commit(lambda: own_messages.publish(message))
    return message


def _invite(conversation: Conversation, agent: User, filled: inviting.Filled, client_id: uuid.UUID) -> Message | None:
    """Put the template an agent chose into the outbox of a locked conversation; None where it may not go any more."""
    if inviting.why_not(conversation):
        return None
    template = {"template": filled["name"], "template_values": filled["values"]}
    message = own_messages.say(
        conversation, Author.SYSTEM, filled["text"], agent=agent, client_id=client_id, **template
    )
    audit.record(agent, "template", f"conversation:{conversation.id}", {"template": filled["name"]})
    return message


def _stored(
    conversation: Conversation,
    agent: User,
    text: str,
    client_id: uuid.UUID,
    attachments: Sequence[Mapping[str, Any]],
) -> Message:
    StoredFile.objects.filter(id__in=[each["file"] for each in attachments if "file" in each]).update(said=True)
    return own_messages.say(
        conversation, Author.AGENT, text, agent=agent, client_id=client_id, attachments=[*attachments]
    )


def ask_how_it_went(conversation: Conversation, agent: User, now: datetime) -> None:
    """Put the one-digit question to the customer whose locked case ``agent`` resolves, where it may be put."""
    case = open_case(conversation)
    text = satisfaction.question(conversation, case, now) if case else None
    if case is None or text is None:
        return
    message = own_messages.say(conversation, Author.SYSTEM, text, choices=satisfaction.choices(conversation), at=now)
    Satisfaction.objects.create(escalation=case, conversation=conversation, agent=agent, question=message, asked_at=now)
    transaction.on_commit(lambda: own_messages.publish(message))
