"""Putting a label on a conversation and taking it off."""

from __future__ import annotations

import uuid
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction

from support import db
from support.escalate import EscalationError
from support.models import Conversation, Label
from support.privacy import audit
from support.transports.web import events


def put(conversation_id: uuid.UUID, agent: User, label: Label) -> None:
    """Label a conversation of the label's brand; a second time changes nothing. Raises EscalationError."""
    with db.write():
        conversation = Conversation.objects.select_for_update(of=("self",)).filter(id=conversation_id).first()
        if conversation is None or conversation.brand != label.brand:
            raise EscalationError("Cette étiquette n'est pas de la même marque.")
        if label.conversations.filter(id=conversation_id).exists():
            return
        label.conversations.add(conversation)
        audit.record(agent, "label_added", f"conversation:{conversation_id}", {"name": label.name})
        transaction.on_commit(partial(events.publish, events.changed(conversation_id)))
