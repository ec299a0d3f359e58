"""Streams the words of a turn to web sockets while they are found, gathered so that they cost little."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone

from support.insight import metrics
from support.leases import Lease
from support.models import Channel, Conversation, Message
from support.transports.web import events

RENEW_EVERY_SECONDS = 1.0


class Interrupted(Exception):
    """A newer message came, or a person took over: what was being said is not said."""


def reply_id(last: Message, ordinal: int) -> uuid.UUID:
    """Identity of a turn's n-th reply (from 0) while it is spoken.

    ``last`` is the newest message answered: a turn taken again for a newer one speaks under another identity, and
    whoever follows drops the words of the first.
    """
    return uuid.uuid5(last.id, str(ordinal))


class Speaker:
    """Publishes ``delta`` events for a turn's replies: the first words at once, the rest gathered for 50 ms.

    Words not yet published when a reply ends go out with the stored message, which replaces all of them.
    """

    def __init__(self, lease: Lease, conversation: Conversation, pending: Sequence[Message]) -> None:
        self._lease = lease
        self._conversation = conversation
        self._last = pending[-1]
        self._silent = conversation.channel != Channel.WEB
        self._ordinal = 0
        self._spoke = False
        self._waiting: list[str] = []
        self._published_at = 0.0
        self._renewed_at = time.monotonic()

    def say(self, words: str) -> None:
        """Pass on a piece of the current reply. Raises LeaseLost or Interrupted when it should not go on."""
        self._stay_entitled()
        if self._silent:
            return
        self._waiting.append(words)
        if time.monotonic() - self._published_at >= settings.STREAM_GATHER_SECONDS:
            self._flush()

    def pulse(self) -> None:
        """A voice is thinking. Raises LeaseLost or Interrupted when it should not go on."""
        self._stay_entitled()

    def end_reply(self) -> None:
        """The current reply is complete; the next words belong to the next one."""
        self._waiting.clear()
        self._ordinal += 1
        self._published_at = 0.0

    def _flush(self) -> None:
        reply = reply_id(self._last, self._ordinal)
        delta = {"type": "delta", "reply": str(reply), "text": "".join(self._waiting)}
        events.publish((events.conversation_group(self._conversation.id), delta))
        self._waiting.clear()
        self._published_at = time.monotonic()
        if not self._spoke:
            self._spoke = True
            metrics.FIRST_WORDS_SECONDS.observe((timezone.now() - self._last.stored_at).total_seconds())

    def _stay_entitled(self) -> None:
        """While a slow voice speaks: keep the lease, and stop for a newer message or a person."""
        if time.monotonic() - self._renewed_at < RENEW_EVERY_SECONDS:
            return
        self._lease.renew(settings.TURN_LEASE_SECONDS)
        now = Conversation.objects.values("owner", "inbound_seq").get(id=self._conversation.id)
        if now["owner"] != self._conversation.owner or now["inbound_seq"] != self._last.seq:
            raise Interrupted
        self._renewed_at = time.monotonic()
