"""The figures every router of the house steers by, in Redis; each process's own while Redis is away."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

from chatbot.voices.gauges import HOUR, STALE_SECONDS, STICKY_SECONDS, WEIGHT, LocalGauges
from chatbot.voices.ports import Tier
from support import redis_client
from support.voices.presence import HOUSE, Presence

FRESH_SECONDS = 1.0  # an average read so lately is not read again
WORDS = "akwaba:voices:first-words:"  # deployment: moving average, in seconds
CALLS = "akwaba:voices:calls:"  # brand and hour: how many calls, how many of them premium
TIERS = "akwaba:voices:tier:"  # conversation: the tier it was last given
BLEND = f"""
local average = redis.call('GET', KEYS[1])
local sample = tonumber(ARGV[1])
if average then sample = average + {WEIGHT} * (sample - average) end
redis.call('SET', KEYS[1], string.format('%.6f', sample), 'EX', {int(STALE_SECONDS)})
"""


class RedisGauges:
    """Implements ``ports.Gauges``. ``clock`` gives seconds since the epoch: which hour it is."""

    def __init__(self, clock: Callable[[], float] = time.time, presence: Presence = HOUSE) -> None:
        self._clock = clock
        self._presence = presence
        self._own = LocalGauges(clock)
        self._read: dict[str, tuple[float | None, float]] = {}  # deployment → average, when it was read
        self._blend = redis_client.connection().register_script(BLEND)

    def first_words(self, deployment: str) -> float | None:
        """Moving average in seconds, of successes only; None: never seen, or too long ago to tell anything."""

        def shared() -> float | None:
            average = cast("bytes | None", redis_client.connection().get(WORDS + deployment))
            return None if average is None else float(average)

        known, at = self._read.get(deployment, (None, float("-inf")))
        if 0 <= self._clock() - at < FRESH_SECONDS:
            return known
        found = self._presence.ask(shared, lambda: self._own.first_words(deployment))
        self._read[deployment] = found, self._clock()
        return found

    def observe_first_words(self, deployment: str, seconds: float) -> None:
        """One success more."""

        def shared() -> None:
            self._blend([WORDS + deployment], [seconds], client=redis_client.connection())

        self._read.pop(deployment, None)
        self._presence.ask(shared, lambda: self._own.observe_first_words(deployment, seconds))

    def premium_share(self, brand: str) -> tuple[float, int]:
        """Share of premium among this hour's calls of a brand, and how many calls those are."""

        def shared() -> tuple[float, int]:
            premium, calls = cast("list[bytes | None]", redis_client.connection().hmget(self._hour(brand), PARTS))
            count = int(calls or 0)
            return (int(premium or 0) / count if count else 0.0), count

        return self._presence.ask(shared, lambda: self._own.premium_share(brand))

    def count_call(self, brand: str, tier: Tier) -> None:
        """One call more in this hour."""

        def shared() -> None:
            with redis_client.connection().pipeline(transaction=False) as pipe:
                pipe.hincrby(self._hour(brand), "calls", 1)
                if tier == "premium":
                    pipe.hincrby(self._hour(brand), "premium", 1)
                pipe.expire(self._hour(brand), int(2 * HOUR))
                pipe.execute()

        self._presence.ask(shared, lambda: self._own.count_call(brand, tier))

    def sticky(self, conversation: str) -> Tier | None:
        """The tier this conversation was last given, None when new or long ago."""

        def shared() -> Tier | None:
            tier = cast("bytes | None", redis_client.connection().get(TIERS + conversation))
            return None if tier is None else cast("Tier", tier.decode())

        return self._presence.ask(shared, lambda: self._own.sticky(conversation))

    def stick(self, conversation: str, tier: Tier) -> None:
        """Remember it as long as a conversation may pause."""

        def shared() -> None:
            redis_client.connection().set(TIERS + conversation, tier, ex=int(STICKY_SECONDS))

        self._presence.ask(shared, lambda: self._own.stick(conversation, tier))

    def _hour(self, brand: str) -> str:
        return f"{CALLS}{brand}:{int(self._clock() // HOUR)}"


PARTS = ["premium", "calls"]
