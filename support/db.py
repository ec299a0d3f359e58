"""Write transactions that behave the same on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.db import connection, transaction

_sqlite_writer = threading.RLock()


@contextmanager
def write() -> Iterator[None]:
    """A transaction that writes. Rows are locked with ``select_for_update`` inside it.

    SQLite has one writer, and its busy handler is neither fair nor prompt: threads of a process therefore queue here
    first, and BEGIN IMMEDIATE (settings) settles it between processes. The queue moves on with the commit, before the
    on-commit hooks, which talk to Redis.
    """
    if connection.vendor != "sqlite":
        with transaction.atomic():
            yield
        return
    with ExitStack() as turn:
        turn.enter_context(_sqlite_writer)
        with transaction.atomic():
            transaction.on_commit(turn.close)  # the first hook, so that the others run after it
            yield


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, version 7), so that primary keys stay together in the index."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=value)
