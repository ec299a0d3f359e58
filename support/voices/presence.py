"""Whether Redis is there, as one process remembers it: what a voice asks of it must never make a customer wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import redis
import structlog

log = structlog.get_logger(__name__)
T = TypeVar("T")
LEFT_ALONE_SECONDS = 5.0  # after it was away; asking a Redis that hangs costs two seconds each time


class Presence:
    """One a process, shared by all that falls back together."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._back = float("-inf")

    def ask(self, shared: Callable[[], T], own: Callable[[], T]) -> T:
        """What Redis says; what this process knows itself while Redis is away. Never raises for one away."""
        if self._ticks() < self._back:
            return own()
        try:
            return shared()
        except redis.RedisError as error:
            log.warning("voices_without_redis", error=type(error).__name__)
            self._back = self._ticks() + LEFT_ALONE_SECONDS
            return own()


HOUSE = Presence()
