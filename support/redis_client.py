"""One Redis connection pool per process, with deadlines: a Redis that hangs must never hang a customer."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import redis
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)
News = tuple[Literal["PUBLISH", "LPUSH"], str, bytes]  # command, channel or list, what is put there


@lru_cache(maxsize=1)
def connection() -> redis.Redis:
    """The process's client; every command is bounded by two seconds."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1, max_connections=200, health_check_interval=30
    )


def tell(*news: News) -> bool:
    """Put all of it where other processes look, in one round trip; whether Redis took it. Never raises for one away."""
    try:
        with connection().pipeline(transaction=False) as pipe:
            for command, where, what in news:
                (pipe.publish if command == "PUBLISH" else pipe.lpush)(where, what)
            pipe.execute()
    except redis.RedisError as error:
        log.warning("not_told", error=type(error).__name__, where=sorted({where.split(".")[0] for _, where, _ in news}))
        return False
    return True
