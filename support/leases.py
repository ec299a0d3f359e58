"""Leases: one worker at a time on a conversation, fenced by a token, given back to everyone when the worker dies."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.db.models import Q, QuerySet
from django.utils import timezone

from support import db
from support.models import Conversation

Purpose = Literal["turn", "send"]


class LeaseLost(Exception):
    """Someone else holds the conversation now; nothing of this work may be committed."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a conversation until it expires. Only the holder of ``token`` may commit."""

    conversation: uuid.UUID
    purpose: Purpose
    token: uuid.UUID

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


def acquire(conversation: uuid.UUID, purpose: Purpose, seconds: float, only_if: Q | None = None) -> Lease | None:
    """Take the lease when it is free or expired (and ``only_if`` holds); None otherwise. One conditional UPDATE."""
    now, token = timezone.now(), uuid.uuid4()
    free = Q(**{f"{purpose}_until__isnull": True}) | Q(**{f"{purpose}_until__lt": now})
    rows = Conversation.objects.filter(free, only_if or Q(), id=conversation)
    with db.write():
        taken = rows.update(**{f"{purpose}_token": token, f"{purpose}_until": now + timedelta(seconds=seconds)})
    return Lease(conversation, purpose, token) if taken else None
