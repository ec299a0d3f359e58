"""Write transactions that behave the same on SQLite and PostgreSQL."""

from __future__ import annotations

import fcntl
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, TypeVar

from django.db import connection, models, transaction

M = TypeVar("M", bound=models.Model)

_writing = threading.Lock()


@contextmanager
def write() -> Iterator[None]:
    """A transaction that writes. Rows are locked with ``select_for_update`` inside it.

    SQLite has one writer, and its busy handler sleeps up to 100 ms at a time: writers therefore queue at a lock first,
    threads and processes alike, and the next one wakes at once. The queue moves on with the commit, before the
    on-commit hooks, which talk to Redis.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    with ExitStack() as turn:
        turn.enter_context(_writing)
        turn.enter_context(_first_of_all_processes())
        with transaction.atomic():
            transaction.on_commit(turn.close)  # the first hook, so that the others run after it
            yield


@contextmanager
def _first_of_all_processes() -> Iterator[None]:
    lock = _lock_file(connection.settings_dict["NAME"], os.getpid())
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)


@lru_cache(maxsize=4)
def _lock_file(database: str | Path, pid: int) -> IO[bytes]:
    """Beside the database, opened by each process for itself: the kernel unlocks it for one that dies."""
    return Path(f"{database}.writer").open("ab")


def update_returning(rows: models.Manager[M], sql: str, *values: str | int | datetime | uuid.UUID) -> M | None:
    """Run an ``UPDATE … RETURNING`` of at most one row and read that row; None when there was none to change.

    A locked read and a save in one statement: both databases have it, the ORM has not. ``values`` stand for the ``%s``
    of ``sql``. What is not returned is read when it is asked for.
    """
    return next(iter(rows.raw(sql, [_as_stored(value) for value in values])), None)


def _as_stored(value: str | int | datetime | uuid.UUID) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, uuid.UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


def storable(text: str) -> str:
    """Text every database and every JSON reader takes (no NUL, no lone surrogate), its lines ended by one character."""
    return text.replace("\x00", "").replace("\r\n", "\n").encode("utf-8", "replace").decode()


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, version 7), so that primary keys stay together in the index."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=value)
