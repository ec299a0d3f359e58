"""Finds, for all sockets of this process at once, messages whose event was lost on the way.

Events are at-most-once. One query every two seconds per process (not per socket) reads which conversations got a
message lately; sockets that follow one of them compare ``seq`` and replay.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import defaultdict
from datetime import timedelta
from typing import Protocol

import structlog
from django.db import DatabaseError
from django.utils import timezone

from support.models import Message
from support.threads import run_in_db_thread

log = structlog.get_logger(__name__)
EVERY_SECONDS = 2.0
LOOK_BACK = timedelta(seconds=12)


class Follower(Protocol):
    """A socket that can compare itself with the database."""

    async def catch_up(self) -> None:
        """Replay what is missing."""


_followers: dict[uuid.UUID, set[Follower]] = defaultdict(set)
_task: asyncio.Task[None] | None = None


def watch(conversation: uuid.UUID, follower: Follower) -> None:
    """Keep ``follower`` up to date; starts this process's look-out on first use."""
    global _task
    _followers[conversation].add(follower)
    if _task is None or _task.done():
        _task = asyncio.get_running_loop().create_task(_look_out())


def forget(conversation: uuid.UUID, follower: Follower) -> None:
    """The socket is gone."""
    _followers[conversation].discard(follower)
    if not _followers[conversation]:
        del _followers[conversation]


async def _look_out() -> None:
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        if not _followers:
            continue
        try:
            active = await run_in_db_thread(_active_conversations)
        except DatabaseError as error:
            log.warning("catchup_failed", error=type(error).__name__)
            continue
        for conversation in active & _followers.keys():
            for follower in list(_followers.get(conversation, ())):
                await follower.catch_up()


def _active_conversations() -> set[uuid.UUID]:
    since = timezone.now() - LOOK_BACK
    return set(Message.objects.filter(stored_at__gt=since).values_list("conversation_id", flat=True).distinct())
