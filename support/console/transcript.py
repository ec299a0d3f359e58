"""The messages of a case as the console shows them, and which of them changed since they were last shown."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models.functions import Length

from support import staff
from support.console import attachments, window, words
from support.console.masking import mask_phones
from support.lessons import reading
from support.models import Author, Channel, Conversation, Delivery, Message
from support.transports.web.events import isoformat

PAGE = 80
SETTLED_BADLY = {Delivery.FAILED, Delivery.UNKNOWN, Delivery.HELD}
OF_ITS_AUTHOR = {Delivery.HELD, Delivery.CANCELLED}  # the reason depends on who wrote it
Marks = Mapping[uuid.UUID, str]


def first_seq(conversation_id: uuid.UUID, before: int | None = None) -> int:
    """Where a page of the transcript begins that ends at the newest message, or just before ``before``."""
    rows = Message.objects.filter(conversation=conversation_id)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    seqs = list(rows.order_by("-seq").values_list("seq", flat=True)[:PAGE])
    return seqs[-1] if seqs else 0


def marks(conversation_id: uuid.UUID, from_seq: int) -> Marks:
    """A short text per message that changes when what we show of it changes. One query that decrypts nothing."""
    rows = Message.objects.filter(conversation=conversation_id, seq__gte=from_seq).order_by("seq")
    fields = rows.values_list(
        "id", "author", "seq", "delivery", "error_code", "conversation__customer_read_seq", Length("reading")
    )
    return {
        message: f"{delivery} {code} {author != Author.CUSTOMER and seq <= read} {found}"
        for message, author, seq, delivery, code, read, found in fields
    }


def messages(ids: Collection[uuid.UUID], *, whole_numbers: bool, opens: bool = True) -> list[dict[str, Any]]:
    """These messages, in order. ``opens``: with the way to their files."""
    rows = Message.objects.filter(id__in=ids).select_related("agent", "conversation").order_by("seq")
    return [as_json(each, each.conversation, whole_numbers=whole_numbers, opens=opens) for each in rows]


def as_json(message: Message, conversation: Conversation, *, whole_numbers: bool, opens: bool = True) -> dict[str, Any]:
    """One bubble."""
    return {
        "id": str(message.id),
        "seq": message.seq,
        "author": message.author,
        "name": _name(message),
        "text": _shown(message.text, whole_numbers),
        "normalised": _shown(_reading(message, conversation), whole_numbers),
        "at": isoformat(message.at),
        "attachments": attachments.listed(message, whole_numbers=whole_numbers, opens=opens),
        "read": _shown(attachments.reading_of(message), whole_numbers),
        "choices": [_shown(choice["label"], whole_numbers) for choice in message.choices],
        "sources": message.sources,
        "client_id": str(message.client_id) if message.client_id else None,
        "replaces": str(message.reply) if message.reply else None,
        "delivery": _delivery(message, conversation) if message.author != Author.CUSTOMER else None,
    }


def _shown(text: str, whole_numbers: bool) -> str:
    return text if whole_numbers else mask_phones(text)


def _reading(message: Message, conversation: Conversation) -> str:
    return reading.in_standard_french(conversation.brand, message.text) if message.author == Author.CUSTOMER else ""


def _name(message: Message) -> str:
    if message.author == Author.AGENT and message.agent:
        return staff.name(message.agent)
    if message.template:
        return window.name_of(message)
    return message.get_author_display()


def _delivery(message: Message, conversation: Conversation) -> dict[str, Any]:
    """The truth about a message of ours: what became of it, why, and what to do."""
    state = Delivery(message.delivery)
    if message.transport == Channel.WEB and state == Delivery.SENT and message.seq <= conversation.customer_read_seq:
        state = Delivery.READ
    reason = f"{state}_{message.author}" if state in OF_ITS_AUTHOR else state
    explanation = words.explain(reason, message.error_code)
    return {
        "state": state.value,
        "label": state.label if state != Delivery.HELD else "Retenu" if message.template else "Retenue",
        "why": explanation.why,
        "todo": explanation.todo,
        "bad": state in SETTLED_BADLY,
        "again": explanation.again and message.author == Author.AGENT,
    }
