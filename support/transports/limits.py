"""How often one session or one address may do something. Counted in Redis; a Redis that is away limits nobody."""

from __future__ import annotations

import time
from functools import lru_cache

import limits
import redis
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from support import redis_client


@lru_cache(maxsize=1)
def _limiter() -> SlidingWindowCounterRateLimiter:
    pool = redis_client.connection().connection_pool
    return SlidingWindowCounterRateLimiter(RedisStorage("redis://", connection_pool=pool, key_prefix="akwaba:rate"))


@lru_cache(maxsize=32)
def _rate(text: str) -> limits.RateLimitItem:
    return limits.parse(text)


def retry_after(what: str, rate: str, who: str) -> int:
    """Seconds to wait before ``who`` may do ``what`` again; 0 when it may now, which this call then counts."""
    item = _rate(rate)
    try:
        if _limiter().hit(item, what, who):
            return 0
        return max(1, int(_limiter().get_window_stats(item, what, who).reset_time - time.time()))
    except redis.RedisError:
        return 0
