"""The pictures and voice notes of a turn: read once, before it, and told to it as words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.conf import settings

from chatbot import types
from chatbot.anonymise.secrets import mask_secrets
from chatbot.dialogue.state import from_json
from support import db
from support.leases import Lease
from support.media import read as media
from support.models import Conversation, Message


def read_due(lease: Lease, conversation: Conversation, pending: Sequence[Message]) -> None:
    """Read the pictures and voice notes not read yet; what was found is stored at once, so that it is read once."""
    due = [one for one in pending if media.is_due(one.kind, one.attachments, one.reading)]
    for message in due:
        lease.renew(settings.TURN_LEASE_SECONDS + settings.READING_SECONDS)
        _keep(lease, message, media.begun(message.reading))
        found = dict(media.read(conversation.brand, message.kind, message.attachments, message.reading))
        if "text" in found:
            found["text"] = mask_secrets(found["text"], from_json(conversation.state).said.question)
        _keep(lease, message, found)


def _keep(lease: Lease, message: Message, reading: Mapping[str, Any]) -> None:
    with db.write():
        lease.check(Conversation.objects.select_for_update(of=("self",)).only("turn_token").get(id=lease.conversation))
        Message.objects.filter(id=message.id).update(reading=reading)
    message.reading = reading


def incoming(message: Message) -> types.Incoming:
    """A message as the turn is told it; a voice note says what was heard."""
    text = message.text or str(message.reading.get("text", ""))
    seen = media.entities(message.reading)
    return types.Incoming(str(message.id), text, message.at, cast("types.Kind", message.kind), seen)
