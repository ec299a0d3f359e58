"""Putting a label on a conversation and taking it off: on record, and told to the pages that show it."""

from __future__ import annotations

import uuid
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction

from support import db
from support.models import Label
from support.owning import EscalationError, locked
from support.privacy import audit
from support.transports.web import events


def put(conversation_id: uuid.UUID, agent: User, label: Label) -> None:
    """Label a conversation of the label's brand; a second time changes nothing. Raises EscalationError."""
    with db.write():
        conversation = locked(conversation_id)
        if conversation.brand != label.brand:
            raise EscalationError("Cette étiquette n'est pas de la même marque.")
        if not label.conversations.filter(id=conversation_id).exists():
            label.conversations.add(conversation)
            _note("label_added", conversation_id, agent, label)


def take_off(conversation_id: uuid.UUID, agent: User, label: Label) -> None:
    """Take a label off; one that is not on changes nothing. Raises EscalationError."""
    with db.write():
        conversation = locked(conversation_id)
        if label.conversations.filter(id=conversation_id).exists():
            label.conversations.remove(conversation)
            _note("label_removed", conversation_id, agent, label)


def _note(act: str, conversation_id: uuid.UUID, agent: User, label: Label) -> None:
    audit.record(agent, act, f"conversation:{conversation_id}", {"name": label.name})
    transaction.on_commit(partial(events.publish, events.changed(conversation_id)))
