"""The breakers in Redis do what the rules say, for every process at once, and without Redis each for itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import override_settings
from hypothesis import settings as effort
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from structlog.testing import capture_logs

from chatbot.voices.breaker import FAILURES, OPEN_SECONDS, Breaker, LocalBreakers
from support import redis_client
from support.voices.breaker import KEY, RedisBreakers
from support.voices.presence import LEFT_ALONE_SECONDS, Presence

NAMES = st.sampled_from(["azure-a", "azure-b"])
SECONDS = st.sampled_from([0.5, 1.0, 7.5, 29.5, 30.0, 60.0, 120.0])


class Breakers(RuleBasedStateMachine):
    """Both implementations beside the pure rules, on one clock."""

    def __init__(self) -> None:
        super().__init__()
        redis_client.connection().delete(KEY)
        self.now = 1_800_000_000.0
        self.model = {"azure-a": Breaker(), "azure-b": Breaker()}
        self.kept = (LocalBreakers(lambda: self.now), RedisBreakers(lambda: self.now, Presence()))

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(name=NAMES)
    def permit(self, name: str) -> None:
        self.model[name], yes = self.model[name].permit(self.now)
        assert [breakers.permit(name) for breakers in self.kept] == [yes, yes]

    @rule(name=NAMES)
    def success(self, name: str) -> None:
        self.model[name] = self.model[name].success(self.now)
        for breakers in self.kept:
            breakers.success(name)

    @rule(name=NAMES, times=st.integers(1, FAILURES))
    def failures(self, name: str, times: int) -> None:
        for _ in range(times):
            self.model[name] = self.model[name].failure(self.now)
            for breakers in self.kept:
                breakers.failure(name)

    @rule(name=NAMES)
    def cancelled(self, name: str) -> None:
        self.model[name] = self.model[name].cancelled()
        for breakers in self.kept:
            breakers.cancelled(name)

    @rule(name=NAMES)
    def open_at_once(self, name: str) -> None:
        self.model[name] = self.model[name].open_at_once(self.now)
        for breakers in self.kept:
            breakers.open_at_once(name)

    @rule(name=NAMES)
    def a_probe_goes_out(self, name: str) -> None:
        self.open_at_once(name)
        self.time_passes(120.0)
        self.permit(name)

    @rule(name=NAMES, seconds=SECONDS)
    def throttle(self, name: str, seconds: float) -> None:
        self.model[name] = self.model[name].throttle(self.now, seconds)
        for breakers in self.kept:
            breakers.throttle(name, seconds)

    @invariant()
    def all_say_the_same(self) -> None:
        for name, breaker in self.model.items():
            for breakers in self.kept:
                assert breakers.ready(name) is breaker.ready(self.now)
                shown = breakers.states().get(name, Breaker())
                assert self.told(shown) == self.told(breaker)

    def told(self, breaker: Breaker) -> Breaker:
        """A time to be left alone that is over is kept by some and not by others."""
        return replace(breaker, throttled=max(breaker.throttled, self.now))


TestBreakers = Breakers.TestCase
TestBreakers.settings = effort(max_examples=50, stateful_step_count=40)


def test_what_one_process_learns_another_knows() -> None:
    one, other = RedisBreakers(presence=Presence()), RedisBreakers(presence=Presence())
    for _ in range(FAILURES):
        assert other.permit("a")
        one.failure("a")
    assert not other.permit("a") and other.states()["a"].phase(other.now()) == "open"


def test_a_denial_and_an_opening_are_told_to_people_once() -> None:
    breakers = RedisBreakers(presence=Presence())
    with capture_logs() as logs:
        breakers.open_at_once("a")
        breakers.open_at_once("a")
    assert logs == [{"event": "breaker_opened", "deployment": "a", "cause": "denied", "log_level": "warning"}]


def test_those_open_for_over_two_minutes_are_named() -> None:
    now = 1_800_000_000.0
    breakers = RedisBreakers(lambda: now, Presence())
    breakers.open_at_once("bad")
    breakers.open_at_once("healed")
    for seconds in OPEN_SECONDS[:2]:
        now += seconds
        assert breakers.permit("bad")
        breakers.failure("bad")
    assert breakers.long_open() == []
    now += 31.0
    breakers.success("healed")
    assert breakers.long_open() == ["bad"]


@pytest.fixture
def _without_redis() -> Iterator[None]:
    redis_client.connection.cache_clear()
    with override_settings(REDIS_URL="unix:///nowhere/redis.sock"):
        yield
    redis_client.connection.cache_clear()


@pytest.mark.usefixtures("_without_redis")
def test_without_redis_a_process_keeps_its_own_and_says_so_once_in_a_while() -> None:
    ticks = 0.0
    breakers = RedisBreakers(lambda: 100.0, Presence(lambda: ticks))
    with capture_logs() as logs:
        for _ in range(FAILURES):
            breakers.failure("a")
        assert not breakers.permit("a") and breakers.permit("b") and not breakers.ready("a")
        breakers.throttle("b", 3.0)
        breakers.cancelled("b")
        breakers.success("b")
        assert not breakers.ready("b") and list(breakers.states()) == ["a", "b"] and breakers.now() == 100.0
    assert [log["event"] for log in logs] == ["voices_without_redis", "breaker_opened"]
    ticks = LEFT_ALONE_SECONDS
    with capture_logs() as logs:
        breakers.open_at_once("b")
    assert [log["event"] for log in logs] == ["voices_without_redis", "breaker_opened"]
