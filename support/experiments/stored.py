"""Stored conversations as bursts of the customer's messages, each of which was answered as one. Reads, never writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import cast

from chatbot import types
from chatbot.experiments.shadow import Told
from support.media import read as media
from support.models import Author, Conversation, Message

NAME = re.compile(r"[^\W\d_]{3,}")


def stored(brand: str, limit: int | None, since: datetime | None) -> Iterator[Told]:
    """The brand's conversations, those written in last first, up to a person's coming; only messages ``since`` then."""
    rows = Conversation.objects.filter(brand=brand, inbound_at__isnull=False).order_by("-inbound_at")
    rows = rows.select_related("customer").defer("state")
    if since:
        rows = rows.filter(inbound_at__gte=since)
    for row in rows[:limit].iterator(chunk_size=100):
        bursts = tuple(_bursts(row, since))
        if bursts:
            yield Told(row.channel, bursts, tuple(NAME.findall(row.customer.display_name)))


def _bursts(row: Conversation, since: datetime | None) -> Iterator[tuple[types.Incoming, ...]]:
    messages = row.messages.order_by("seq")
    held: list[types.Incoming] = []
    for message in messages.filter(at__gte=since) if since else messages:
        if message.author == Author.CUSTOMER:
            held.append(_incoming(message))
        elif message.author in (Author.BOT, Author.AGENT) and held:
            yield tuple(held)
            held.clear()
        if message.author == Author.AGENT:
            return
    if held:
        yield tuple(held)


def _incoming(message: Message) -> types.Incoming:
    text = message.text or str(message.reading.get("text", ""))
    kind = cast("types.Kind", message.kind)
    return types.Incoming(str(message.id), text, message.at, kind, media.entities(message.reading))
