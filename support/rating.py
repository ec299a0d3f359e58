"""A customer scores a person's help, by a message that is nothing else or by the widget: kept, and thanked for."""

from __future__ import annotations

import uuid

from django.db import transaction

from chatbot.anonymise.secrets import mask_secrets
from support import clock, db, own_messages, satisfaction
from support.models import Author, Conversation, Message, Owner


def take_score(conversation: Conversation, message: Message, score: int) -> None:
    """A score right after the question is its answer: kept, thanked for, and the conversation rests as before.

    Anywhere else it is a message like any other. What the customer wrote before and nobody read yet goes first.
    """
    asked = satisfaction.answered_by(message)
    earlier = conversation.messages.filter(
        author=Author.CUSTOMER, seq__gt=conversation.handled_seq, seq__lt=message.seq
    )
    if asked is None or earlier.exists():
        return
    conversation.owner, conversation.handled_seq, conversation.waiting_since = Owner.NOBODY, message.seq, None
    conversation.save(update_fields=["owner", "handled_seq", "waiting_since"])
    _thank(conversation, satisfaction.record(asked, conversation.brand, score, message.at))


def rate(conversation_id: uuid.UUID, score: int, comment: str = "") -> bool:
    """Keep the score a customer gives the last resolution, once; False when there is none to rate."""
    with db.write():
        conversation = Conversation.objects.select_for_update(of=("self",)).filter(id=conversation_id).first()
        now = clock.now()
        asked = satisfaction.to_rate(conversation, now) if conversation else None
        if conversation is None or asked is None:
            return False
        comment = mask_secrets(db.storable(comment), ())
        _thank(conversation, satisfaction.record(asked, conversation.brand, score, now, comment))
    return True


def _thank(conversation: Conversation, text: str) -> None:
    thanks = own_messages.say(conversation, Author.SYSTEM, text)
    transaction.on_commit(lambda: own_messages.publish(thanks))
