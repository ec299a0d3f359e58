"""A small value read from the database at most every two seconds in a process, and kept while the base is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import structlog
from django.db import DatabaseError

T = TypeVar("T")
log = structlog.get_logger(__name__)
CHECK_SECONDS = 2.0


class Recent(Generic[T]):
    """``read(key)`` remembered for two seconds; ``empty`` where it could never be read."""

    def __init__(self, read: Callable[..., T], empty: T) -> None:
        self._read, self._empty = read, empty
        self._known: dict[Hashable, tuple[float, T]] = {}
        self._lock = threading.Lock()

    def of(self, *key: str) -> T:
        """The value for ``key``."""
        with self._lock:
            at, value = self._known.get(key, (float("-inf"), self._empty))
            if time.monotonic() - at < CHECK_SECONDS:
                return value
            try:
                value = self._read(*key)
            except DatabaseError:
                log.exception("not_read", what=self._read.__name__)
            self._known[key] = time.monotonic(), value
            return value

    def forget(self) -> None:
        """Read again next time."""
        with self._lock:
            self._known.clear()
