"""Small values read from the database at most every two seconds in a process, and kept while the base is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

import structlog
from django.db import DatabaseError
from django.db.models import Count, Max, QuerySet

T = TypeVar("T")
log = structlog.get_logger(__name__)
Decisions = tuple[object, ...]
NOTHING_DECIDED: Decisions = (0, None)
CHECK_SECONDS = 2.0  # how soon what is changed in the admin holds in every process


class Recent(Generic[T]):
    """``read(*key)`` remembered for two seconds; ``empty`` where it could never be read."""

    def __init__(self, read: Callable[..., T], empty: T, ticks: Callable[[], float] = time.monotonic) -> None:
        self._read, self._empty, self._ticks = read, empty, ticks
        self._known: dict[Hashable, tuple[float, T]] = {}
        self._lock = threading.Lock()
        _all.add(self)

    def of(self, *key: str) -> T:
        """The value for ``key``. Raises what ``read`` raises, a DatabaseError excepted."""
        with self._lock:
            at, value = self._known.get(key, (float("-inf"), self._empty))
            if self._ticks() - at < CHECK_SECONDS:
                return value
            try:
                value = self._read(*key)
            except DatabaseError:
                log.exception("not_read", what=self._read.__qualname__, key=key)
            self._known[key] = self._ticks(), value
            return value

    def forget(self) -> None:
        """Read again next time."""
        with self._lock:
            self._known.clear()


_all: WeakSet[Recent[Any]] = WeakSet()


def forget() -> None:
    """Read everything again next time: what this process has just changed holds in it at once."""
    for each in list(_all):
        each.forget()


def decisions(decided: QuerySet[Any]) -> Decisions:
    """By one small query, other values after each decision: how many rows are decided on, and when the last was."""
    return tuple(decided.aggregate(count=Count("pk"), last=Max("decided_at")).values())
