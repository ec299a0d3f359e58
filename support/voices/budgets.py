"""What a brand and a customer have spent today: counted in Redis for a minute at a time, summed in the database behind.

A counter is made from the database's sum and lives a minute, so that whatever it missed (Redis away, a worker killed
between two steps) is forgotten a minute later. While Redis is away each reservation sums under the brand's lock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, cast

import redis
from django.db.models import Sum
from django.utils import timezone

from support import redis_client
from support.models import EngineCall, VoiceSwitch

KEY = "akwaba:voices:spent:"
LIVES_SECONDS = 60
ASKED_AGAIN = 5  # two counters to make, and either may end its minute meanwhile
MICRO = 1_000_000
Whose = Literal["brand", "customer"]

# KEYS: counters. ARGV: what to add, then the cap of each. Answers 0 when added; else minus the number of the first
# counter that is missing, or the number of the first cap that would be passed.
CLAIM = """
for i, key in ipairs(KEYS) do
  if redis.call('EXISTS', key) == 0 then return -i end
end
for i, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key)) + tonumber(ARGV[1]) > tonumber(ARGV[i + 1]) then return i end
end
for _, key in ipairs(KEYS) do redis.call('INCRBY', key, ARGV[1]) end
return 0
"""
ADJUST = """
for _, key in ipairs(KEYS) do
  if redis.call('EXISTS', key) == 1 then redis.call('INCRBY', key, ARGV[1]) end
end
return 0
"""


@dataclass(frozen=True, slots=True)
class Purse:
    """One day's cap of a brand or a customer (by digest)."""

    whose: Whose
    name: str
    day: datetime  # its first moment
    cap: Decimal = Decimal(0)

    @property
    def key(self) -> str:
        return f"{KEY}{self.day:%Y%m%d}:{self.whose}:{self.name}"

    def spent(self) -> Decimal:
        """By the database: what is settled, and the whole reservation of what is not."""
        rows = EngineCall.objects.filter(
            at__gte=self.day, at__lt=self.day + timedelta(days=1), **{self.whose: self.name}
        )
        return rows.aggregate(sum=Sum("cost_usd"))["sum"] or Decimal(0)


def purses(brand: str, customer: str, at: datetime, switch: VoiceSwitch | None = None) -> list[Purse]:
    """Whose money a call of ``at`` spends."""
    day = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    switch = switch or VoiceSwitch(brand=brand)
    own = [Purse("brand", brand, day, switch.daily_usd)]
    return [*own, Purse("customer", customer, day, switch.customer_daily_usd)] if customer else own


def claim(own: list[Purse], cost: Decimal) -> Whose | Literal[""]:
    """Set ``cost`` aside in every purse, or in none: then whose would be overdrawn. Raises redis.RedisError."""
    keys, caps = [one.key for one in own], [_micro(one.cap) for one in own]
    script = _script(CLAIM)
    for _ in range(ASKED_AGAIN):
        if (answer := script(keys, [_micro(cost), *caps])) >= 0:
            return own[answer - 1].whose if answer else ""
        missing = own[-answer - 1]
        redis_client.connection().set(missing.key, _micro(missing.spent()), nx=True, ex=LIVES_SECONDS)
    raise redis.RedisError("counters vanish as they are made")


def claim_by_sum(own: list[Purse], cost: Decimal) -> Whose | Literal[""]:
    """The same without Redis, and nothing set aside: for under the brand's lock, before the row is written."""
    return next((one.whose for one in own if one.spent() + cost > one.cap), "")


def adjust(own: list[Purse], by: Decimal) -> None:
    """Give back (or take) the difference once a call's cost is known. Raises redis.RedisError."""
    if by:
        _script(ADJUST)([one.key for one in own], [_micro(by)])


def _micro(dollars: Decimal) -> int:
    return int((dollars * MICRO).to_integral_value())


def _script(body: str) -> Callable[[list[str], list[int]], int]:
    return cast("Callable[[list[str], list[int]], int]", redis_client.connection().register_script(body))
