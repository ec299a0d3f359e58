"""What the house itself says: the next message of a conversation, on its way to the customer, shown once committed."""

from __future__ import annotations

from typing import Any

from support import clock, doorbell
from support.models import Author, Channel, Conversation, Delivery, Message
from support.transports.web import events


def store(conversation: Conversation, author: Author, text: str, **columns: Any) -> Message:
    """Write what is said next in a locked conversation, whose ``next_seq`` is left to its caller to save."""
    message = Message.objects.create(
        conversation=conversation,
        seq=conversation.next_seq,
        author=author,
        text=text,
        transport=conversation.channel,
        delivery=Delivery.QUEUED if conversation.channel == Channel.WHATSAPP else Delivery.SENT,
        **{"at": clock.now(), **columns},
    )
    conversation.next_seq += 1
    return message


def say(conversation: Conversation, author: Author, text: str, **columns: Any) -> Message:
    """Write what is said next in a locked conversation, and that its number is taken. In a transaction."""
    message = store(conversation, author, text, **columns)
    conversation.save(update_fields=["next_seq"])
    return message


def publish(message: Message) -> None:
    """Show a committed message to whoever follows the conversation, and ring for the provider that carries it."""
    events.publish(
        (events.conversation_group(message.conversation_id), events.message_event(message)),
        events.changed(message.conversation_id),
    )
    if message.transport == Channel.WHATSAPP:
        doorbell.ring_delivery(message.conversation_id)
