"""What time it is for the business; the simulator may move it. Leases and deadlines use the real one."""

from __future__ import annotations

import contextlib
import time
from datetime import datetime, timedelta
from typing import cast

import redis
from django.conf import settings
from django.utils import timezone

from support import redis_client

KEY = "akwaba:simulator:clock-offset"
CACHE_SECONDS = 0.25
_seen: tuple[float, timedelta] = (float("-inf"), timedelta())


def now() -> datetime:
    """The present moment, aware, in UTC; ahead of the wall clock where the simulator has moved time."""
    return timezone.now() + (_offset() if settings.SIMULATOR else timedelta())


def move(by: timedelta) -> timedelta:
    """Move the simulated clock forward and return the whole offset. Raises RuntimeError without the simulator."""
    if not settings.SIMULATOR:
        raise RuntimeError("only the simulator moves time")
    seconds = cast("float", redis_client.connection().incrbyfloat(KEY, by.total_seconds()))
    _remember(offset := timedelta(seconds=float(seconds)))
    return offset


def reset() -> None:
    """Back to the wall clock."""
    redis_client.connection().delete(KEY)
    _remember(timedelta())


def _offset() -> timedelta:
    read_at, offset = _seen
    if time.monotonic() - read_at < CACHE_SECONDS:
        return offset
    with contextlib.suppress(redis.RedisError):  # the last offset seen is the best there is while Redis is away
        offset = timedelta(seconds=float(cast("bytes | None", redis_client.connection().get(KEY)) or 0))
    _remember(offset)
    return offset


def _remember(offset: timedelta) -> None:
    global _seen
    _seen = (time.monotonic(), offset)
