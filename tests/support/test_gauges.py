"""What routers steer by is one for every process, forgets what is old, and lives on in each while Redis is away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings

from chatbot.voices.gauges import HOUR, STALE_SECONDS, STICKY_SECONDS, LocalGauges
from support import redis_client
from support.voices.gauges import CALLS, RedisGauges
from support.voices.presence import Presence

Gauges = RedisGauges | LocalGauges


@pytest.fixture(params=["redis", "without redis", "local"])
def gauges(request: pytest.FixtureRequest) -> Iterator[Gauges]:
    if request.param == "local":
        yield LocalGauges(lambda: 100.0)
        return
    away = request.param == "without redis"
    redis_client.connection.cache_clear()
    with override_settings(**({"REDIS_URL": "unix:///nowhere/redis.sock"} if away else {})):
        yield RedisGauges(lambda: 100.0, Presence())
    redis_client.connection.cache_clear()


def test_first_words_are_a_moving_average(gauges: Gauges) -> None:
    assert gauges.first_words("a") is None
    gauges.observe_first_words("a", 1.0)
    gauges.observe_first_words("a", 2.0)
    assert gauges.first_words("a") == pytest.approx(1.2) and gauges.first_words("b") is None


def test_premium_is_counted_by_brand(gauges: Gauges) -> None:
    assert gauges.premium_share("x") == (0.0, 0)
    for tier in ("premium", "standard", "economy", "standard"):
        gauges.count_call("x", tier)  # type: ignore[arg-type]
    gauges.count_call("y", "premium")
    assert gauges.premium_share("x") == (0.25, 4) and gauges.premium_share("y") == (1.0, 1)


def test_a_conversation_keeps_its_tier(gauges: Gauges) -> None:
    assert gauges.sticky("c") is None
    gauges.stick("c", "premium")
    gauges.stick("d", "economy")
    assert gauges.sticky("c") == "premium" and gauges.sticky("d") == "economy"


def test_what_is_old_is_forgotten() -> None:
    now = 0.0
    gauges = LocalGauges(lambda: now)
    gauges.observe_first_words("a", 1.0)
    gauges.count_call("x", "premium")
    gauges.stick("c", "premium")
    now = STALE_SECONDS + 1
    assert gauges.first_words("a") is None and gauges.premium_share("x") == (1.0, 1) and gauges.sticky("c") == "premium"
    now = HOUR
    assert gauges.premium_share("x") == (0.0, 0)
    now = STICKY_SECONDS + 1
    assert gauges.sticky("c") is None


def test_redis_forgets_it_too() -> None:
    gauges = RedisGauges(lambda: 7200.0, Presence())
    gauges.observe_first_words("a", 1.0)
    gauges.count_call("x", "premium")
    gauges.stick("c", "premium")
    keys = redis_client.connection().keys("akwaba:voices:*")
    assert len(keys) == 3 and all(0 < redis_client.connection().ttl(key) <= STICKY_SECONDS for key in keys)
    assert redis_client.connection().exists(f"{CALLS}x:2") and RedisGauges(lambda: 10800.0).premium_share("x")[1] == 0
