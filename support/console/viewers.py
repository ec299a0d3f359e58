"""Who else looks at a case or writes in it: kept in Redis for some seconds, never in the database."""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import redis

from support import redis_client
from support.transports.web import events

LASTS = 35  # seconds without a word from the page; it speaks every fifteen
TYPING_LASTS = 8


@dataclass(frozen=True, slots=True)
class Viewer:
    """A colleague at a case."""

    user: int
    name: str
    writes: bool


def group(conversation: uuid.UUID) -> str:
    """The channel-layer group of the members of staff at a case: the customer's socket is not in it."""
    return f"staff.{conversation.hex}"


def look(conversation: uuid.UUID, page: str, user: int, name: str, *, writes: bool = False) -> None:
    """Note that ``page`` (one socket's own name) shows the case to ``user``."""
    now = time.time()
    entry = {"user": user, "name": name, "at": now, "writes": now if writes else 0}
    with contextlib.suppress(redis.RedisError), redis_client.connection().pipeline(transaction=False) as pipe:
        pipe.hset(_key(conversation), page, json.dumps(entry))
        pipe.expire(_key(conversation), LASTS)
        pipe.execute()


def leave(conversation: uuid.UUID, page: str) -> None:
    """The page is closed."""
    with contextlib.suppress(redis.RedisError):
        redis_client.connection().hdel(_key(conversation), page)


def ring(conversation: uuid.UUID) -> None:
    """Tell the pages at the case that somebody came, went, or writes."""
    events.publish((group(conversation), {"type": "viewers"}))


def of(conversations: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, tuple[Viewer, ...]]:
    """Who is at each case, each person once, by name; one trip to Redis, nobody anywhere while it is away."""
    ids = list(conversations)
    try:
        with redis_client.connection().pipeline(transaction=False) as pipe:
            for conversation in ids:
                pipe.hvals(_key(conversation))
            found = pipe.execute()
    except redis.RedisError:
        return {}
    return {conversation: people for conversation, rows in zip(ids, found, strict=True) if (people := _people(rows))}


def _people(rows: Iterable[bytes]) -> tuple[Viewer, ...]:
    now, seen = time.time(), dict[int, Viewer]()
    for entry in sorted(map(_entry, rows), key=lambda one: float(one["writes"])):  # who writes on one page writes
        if now - entry["at"] < LASTS:
            seen[entry["user"]] = Viewer(entry["user"], entry["name"], now - entry["writes"] < TYPING_LASTS)
    return tuple(sorted(seen.values(), key=lambda one: one.name))


def _entry(row: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(row)
    return entry


def _key(conversation: uuid.UUID) -> str:
    return f"akwaba:viewers:{conversation.hex}"
