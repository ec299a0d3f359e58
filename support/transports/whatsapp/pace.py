"""Never more messages a second than the sender may send, however many workers there are."""

from __future__ import annotations

import threading
import time
from functools import lru_cache

import redis
import structlog
from redis.commands.core import Script

from support import redis_client

log = structlog.get_logger(__name__)
KEY = "akwaba:pace:"
_local: dict[str, float] = {}
_local_lock = threading.Lock()

# The next free slot of a sender, in microseconds of Redis' own clock, so that every worker counts by the same one.
# This is GCRA without a burst: slots stand one interval apart, so no second holds more than `rate` of them.
RESERVE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local slot = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
redis.call('SET', KEYS[1], string.format('%.0f', slot + ARGV[1]), 'PX', math.ceil((slot - now + ARGV[1]) / 1000) + 1000)
return slot - now
"""


def wait(sender: str, per_second: int) -> float:
    """Sleep until ``sender`` may send its next message; returns the seconds slept."""
    seconds = reserve(sender, per_second)
    if seconds > 0:
        time.sleep(seconds)
    return seconds


def reserve(sender: str, per_second: int) -> float:
    """Take the next slot and return how many seconds away it is. While Redis is away this process counts alone, and
    the provider's own limit (63018, which is retried) is what holds several processes together.
    """
    interval = 1_000_000 // max(per_second, 1)
    try:
        micros = _script()(keys=[KEY + sender], args=[interval], client=redis_client.connection())
        return int(micros) / 1_000_000
    except redis.RedisError as error:
        log.warning("pacing_alone", error=type(error).__name__)
        return _reserve_locally(sender, interval / 1_000_000, time.monotonic())


def _reserve_locally(sender: str, interval: float, now: float) -> float:
    with _local_lock:
        slot = max(now, _local.get(sender, 0.0))
        _local[sender] = slot + interval
    return slot - now


@lru_cache(maxsize=1)
def _script() -> Script:
    return redis_client.connection().register_script(RESERVE)
