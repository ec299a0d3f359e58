"""Leases: one worker at a time on a conversation, fenced by a token, given back to everyone when the worker dies."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.db.models import QuerySet
from django.utils import timezone

from support import db
from support.models import Conversation

Purpose = Literal["turn", "send"]
TAKE: dict[Purpose, str] = {
    "turn": """
        UPDATE support_conversation SET turn_token = %s, turn_until = %s
        WHERE id = %s AND (turn_until IS NULL OR turn_until < %s) AND inbound_seq > handled_seq
        RETURNING *
    """,
    "send": """
        UPDATE support_conversation SET send_token = %s, send_until = %s
        WHERE id = %s AND (send_until IS NULL OR send_until < %s)
        RETURNING id
    """,
}

# For a turn that no message asked for: the assistant tells what changed in a claim.
TAKE_UNASKED = """
    UPDATE support_conversation SET turn_token = %s, turn_until = %s
    WHERE id = %s AND (turn_until IS NULL OR turn_until < %s)
    RETURNING *
"""


class LeaseLost(Exception):
    """Someone else holds the conversation now; nothing of this work may be committed."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a conversation until it expires. Only the holder of ``token`` may commit.

    ``row`` is the conversation as it was when the lease was taken.
    """

    conversation: uuid.UUID
    purpose: Purpose
    token: uuid.UUID
    row: Conversation

    def renew(self, seconds: float) -> None:
        """Hold it ``seconds`` longer from now. Raises LeaseLost."""
        until = timezone.now() + timedelta(seconds=seconds)
        with db.write():
            if not self._held().update(**{f"{self.purpose}_until": until}):
                raise LeaseLost(str(self.conversation))

    def release(self) -> None:
        """Let go, if still held."""
        with db.write():
            self._held().update(**{f"{self.purpose}_token": None, f"{self.purpose}_until": None})

    def check(self, locked: Conversation) -> None:
        """Fence: to be called on the locked row, inside the transaction that commits. Raises LeaseLost."""
        if getattr(locked, f"{self.purpose}_token") != self.token:
            raise LeaseLost(str(self.conversation))

    def _held(self) -> QuerySet[Conversation]:
        return Conversation.objects.filter(id=self.conversation, **{f"{self.purpose}_token": self.token})


def acquire(conversation: uuid.UUID, purpose: Purpose, seconds: float, *, unasked: bool = False) -> Lease | None:
    """Take the lease when it is free or expired, else None. For a turn only when something is unanswered, or
    ``unasked``.
    """
    now, token = timezone.now(), uuid.uuid4()
    with db.write():
        row = db.update_returning(
            Conversation.objects,
            TAKE_UNASKED if unasked else TAKE[purpose],
            token,
            now + timedelta(seconds=seconds),
            conversation,
            now,
        )
    return Lease(conversation, purpose, token, row) if row else None
