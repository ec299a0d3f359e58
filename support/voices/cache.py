"""The cache of voices in Redis: names are hashes, entries are sealed, and Redis away means no cache and no error."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any, cast

import redis
import structlog
from django.db import connections

from chatbot.voices.caching import SHARED, Entry, Key, Look
from support.redis_client import connection
from support.voices.sealing import hidden, seal, unseal

log = structlog.get_logger(__name__)
HEAD = "voices.cache"
NEVER_BUMPED = "0"
LEAST, MOST = 0.01, 100.0  # how far shadow regeneration may bring a kind; its own bounds are narrower
OWNED_SECONDS = 86_400  # an index of a customer's entries outlives them all


class RedisStore:
    """Implements ``chatbot.voices.caching.Store``. Every call is bounded by the deadline of ``redis_client``."""

    def get(self, key: Key) -> Look:
        """One round trip. An entry that does not open is as good as none."""
        try:
            generation, factor, sealed = self._read(_generation(key.brand), _factor(key.brand, key.kind), _name(key))
        except redis.RedisError as error:
            _away("get", error)
            return Look()
        now = generation.decode() if generation else NEVER_BUMPED
        return Look(_opened(key, now, sealed), now, _number(factor))

    def put(self, key: Key, entry: Entry, seconds: float, generation: str) -> None:
        """Kept for so many seconds; a customer's entry is entered in that customer's index."""
        sealed = seal(key, generation, json.dumps([entry.words, entry.tier]).encode())
        try:
            with connection().pipeline(transaction=False) as pipe:
                if key.owner != SHARED:
                    pipe.sadd(_index(key.owner), _name(key))
                    pipe.expire(_index(key.owner), OWNED_SECONDS)
                pipe.set(_name(key), sealed, px=max(int(seconds * 1000), 1))
                pipe.execute()
        except redis.RedisError as error:
            _away("put", error)

    def drop(self, key: Key) -> None:
        """Take one entry out."""
        try:
            connection().delete(_name(key))
        except redis.RedisError as error:
            _away("drop", error)

    def stretch(self, brand: str, kind: str, by: float) -> None:
        """Two at once may lose one of two small steps: the next ones make up for it."""
        name = _factor(brand, kind)
        try:
            (factor,) = self._read(name)
            connection().set(name, min(max(_number(factor) * by, LEAST), MOST))
        except redis.RedisError as error:
            _away("stretch", error)

    def bump(self, brand: str) -> None:
        """Raises redis.RedisError: who invalidates must know whether it was done."""
        connection().incr(_generation(brand))

    def forget(self, customer: str) -> None:
        """Raises redis.RedisError: who erases must know whether it was done."""
        index = _index(customer)
        with connection().pipeline(transaction=False) as pipe:
            names = cast("set[bytes]", connection().smembers(index))
            for name in names:
                pipe.delete(name)
            pipe.delete(index)
            pipe.execute()

    @staticmethod
    def _read(*names: str) -> list[Any]:
        return cast("list[Any]", connection().mget(names))


class AfterReply:
    """Runs one task at a time beside the turns, each on a thread of its own; while one runs others are dropped."""

    def __init__(self) -> None:
        self._busy = threading.Lock()

    def __call__(self, task: Callable[[], None]) -> bool:
        """Whether it was taken. Returns at once."""
        if not self._busy.acquire(blocking=False):
            return False
        threading.Thread(target=self._run, args=(task,), name="voices-after-reply", daemon=True).start()
        return True

    def _run(self, task: Callable[[], None]) -> None:
        try:
            task()
        except Exception:  # nobody waits for it: all that can be done is to say so
            log.exception("after_reply_failed")
        finally:
            connections.close_all()
            self._busy.release()


def _opened(key: Key, generation: str, sealed: bytes | None) -> Entry | None:
    if not sealed or (content := unseal(key, generation, sealed)) is None:
        return None
    words, tier = json.loads(content)
    return Entry(words, tier)


def _number(factor: bytes | None) -> float:
    return min(max(float(factor), LEAST), MOST) if factor else 1.0


def _name(key: Key) -> str:
    return f"{HEAD}.{hidden('entry', key.brand, key.kind, key.owner, key.text)}"


def _generation(brand: str) -> str:
    return f"{HEAD}.generation.{hidden('brand', brand)}"


def _factor(brand: str, kind: str) -> str:
    return f"{HEAD}.factor.{hidden('kind', brand, kind)}"


def _index(owner: str) -> str:
    return f"{HEAD}.owner.{hidden('owner', owner)}"


def _away(verb: str, error: redis.RedisError) -> None:
    log.warning("voices_cache_away", verb=verb, error=type(error).__name__)
