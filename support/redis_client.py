"""One Redis connection pool per process, with deadlines: a Redis that hangs must never hang a customer."""

from __future__ import annotations

from functools import lru_cache

import redis
from django.conf import settings


@lru_cache(maxsize=1)
def connection() -> redis.Redis:
    """The process's client; every command is bounded by two seconds."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1, max_connections=200, health_check_interval=30
    )
