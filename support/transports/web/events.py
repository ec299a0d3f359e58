"""What goes down a web socket, and how any process puts it there.

An event is a doorbell: it may be lost, and then the socket catches up from the database by ``seq``. Workers publish
synchronously in the channel layer's own wire format (msgpack on a Redis channel; pinned by a test), since an event
loop in every worker thread costs two to three times as much.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgpack
from django.conf import settings

from support import file_links, redis_client
from support.models.conversation import Message
from support.redis_client import News

CONSOLE_GROUP = "console"


def conversation_group(conversation: uuid.UUID) -> str:
    """The channel-layer group of everyone who follows a conversation."""
    return f"conversation.{conversation.hex}"


def message_event(message: Message) -> dict[str, Any]:
    """A stored message as the contract shows it. Optional keys are left out when there is nothing to say."""
    event: dict[str, Any] = {
        "type": "message",
        "seq": message.seq,
        "id": str(message.id),
        "author": message.author,
        "text": message.text,
        "at": isoformat(message.at),
    }
    if message.client_id:
        event["client_id"] = str(message.client_id)
    if message.attachments:
        event["attachments"] = file_links.public(message.attachments)
    if message.choices:
        event["choices"] = message.choices
    if message.reply:
        event["replaces"] = str(message.reply)
    return event


def isoformat(at: datetime) -> str:
    """RFC 3339 in milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def relay(event: Mapping[str, Any]) -> dict[str, Any]:
    """The channel-layer message that carries an event; encoded once here, forwarded as it is by every socket."""
    return {"type": "relay", "seq": event.get("seq", 0), "text": encode(event)}


def encode(event: Mapping[str, Any]) -> str:
    """JSON text of an event."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def publish(*events: tuple[str, Mapping[str, Any]]) -> bool:
    """Send (group, event) pairs in one round trip; tells whether Redis took them. Never raises for a Redis away."""
    return redis_client.tell(*(news(group, event) for group, event in events))


def news(group: str, event: Mapping[str, Any]) -> News:
    """An event on its way to everyone in a group, to be told together with other news."""
    return "PUBLISH", f"{settings.CHANNEL_PREFIX}__group__{group}", msgpack.packb(relay(event))


def changed(conversation: uuid.UUID) -> tuple[str, dict[str, Any]]:
    """For the console: something about a conversation is not as it was."""
    return CONSOLE_GROUP, {"type": "changed", "conversation": str(conversation)}
