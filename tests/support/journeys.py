"""Short ways to put a conversation into the database and let the house work on it, used by many tests."""

from __future__ import annotations

import base64
import json
import uuid

from support import receive, redis_client, turns
from support.models import Channel, Conversation, Message

BRAND = "easytransfert"
NUMBER = "+2250700000001"


def write(text: str, channel: Channel = Channel.WHATSAPP, address: str = NUMBER, **more: object) -> Message:
    """The customer writes; nobody answers yet."""
    given = {"external_id": f"SM{uuid.uuid4().hex}"} if channel == Channel.WHATSAPP else {"client_id": uuid.uuid4()}
    inbound = receive.Inbound(BRAND, channel, address, text, **(given | more))  # type: ignore[arg-type]
    return receive.receive(inbound).message


def say(text: str, channel: Channel = Channel.WEB, address: str = "visitor:1") -> list[Message]:
    """The customer writes, the assistant takes its turn; returns what it answered."""
    message = write(text, channel, address)
    let_quiet_pass(message.conversation)
    turns.run(message.conversation_id)
    return list(message.conversation.messages.filter(seq__gt=message.seq).exclude(author="customer"))


def let_quiet_pass(conversation: Conversation) -> None:
    """Make the customer's last words old enough for a turn, without waiting."""
    from datetime import timedelta

    from django.db.models import F

    conversation.messages.update(stored_at=F("stored_at") - timedelta(seconds=5))


def rings(queue: str) -> list[tuple[str, str]]:
    """What stands in a worker's queue, newest first: tasks and the conversations they are rung for."""
    messages = map(json.loads, redis_client.connection().lrange(f"akwaba:{queue}", 0, -1))
    return [(each["headers"]["task"], json.loads(base64.b64decode(each["body"]))[0][0]) for each in messages]
