"""A breaker opens for what counts, lets one probe through, and learns nothing from what we ended ourselves."""

from __future__ import annotations

import threading

import pytest

from chatbot.voices.breaker import FAILURES, OPEN_SECONDS, PROBE_SECONDS, Breaker, LocalBreakers


def opened(now: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES):
        breaker = breaker.failure(now)
    return breaker


def test_it_opens_at_the_fifth_failure_in_a_row() -> None:
    breaker = Breaker()
    for _ in range(FAILURES - 1):
        breaker = breaker.failure(1.0)
    assert breaker.phase(1.0) == "closed"
    assert breaker.success(1.0).failure(1.0).phase(1.0) == "closed"
    breaker = breaker.failure(1.0)
    assert breaker.phase(1.0) == "open" and not breaker.permit(30.9)[1]
    assert breaker.since == 1.0 and breaker.cause == "failures"


def test_it_opens_for_longer_each_time_a_probe_fails_and_for_the_shortest_again_after_it_closed() -> None:
    breaker, now = opened(), 0.0
    for seconds in (*OPEN_SECONDS, OPEN_SECONDS[-1]):
        assert not breaker.permit(now + seconds - 0.1)[1]
        now += seconds
        breaker, permitted = breaker.permit(now)
        assert permitted
        breaker = breaker.failure(now)
    assert breaker.since == 0.0
    now += OPEN_SECONDS[-1]
    breaker = breaker.permit(now)[0].success(now)
    assert breaker.phase(now) == "closed"
    for _ in range(FAILURES):
        breaker = breaker.failure(now)
    assert breaker.until == now + OPEN_SECONDS[0] and breaker.since == now


def test_half_open_lets_a_single_probe_through() -> None:
    breaker, first = opened().permit(30.0)
    assert first and not breaker.permit(30.0)[1] and not breaker.permit(30.0 + PROBE_SECONDS - 1)[1]


def test_a_cancelled_probe_gives_its_place_back_and_counts_as_nothing() -> None:
    breaker = opened().permit(30.0)[0].cancelled()
    assert breaker.phase(30.0) == "half-open" and breaker.permit(30.0)[1]
    assert Breaker(failures=4).cancelled() == Breaker(failures=4)


def test_a_probe_whose_owner_died_expires() -> None:
    breaker = opened().permit(30.0)[0]
    assert breaker.permit(30.0 + PROBE_SECONDS)[1]


def test_one_denial_opens_it() -> None:
    breaker = Breaker().open_at_once(5.0)
    assert breaker.phase(34.9) == "open" and breaker.phase(35.0) == "half-open" and breaker.cause == "denied"


def test_late_news_of_calls_begun_before_neither_closes_it_nor_keeps_it_open() -> None:
    breaker = opened()
    assert breaker.success(10.0) == breaker.failure(10.0) == breaker.open_at_once(10.0) == breaker


def test_a_throttled_one_is_left_alone_till_then_without_a_failure() -> None:
    breaker = Breaker().throttle(10.0, 5.0).throttle(10.0, 2.0)
    assert not breaker.permit(14.9)[1] and breaker.permit(15.0)[1]
    assert breaker.failures == 0 and not breaker.success(11.0).permit(14.9)[1]
    probing = opened().permit(30.0)[0].throttle(30.0, 1.0)
    assert not probing.permit(30.5)[1] and probing.permit(31.0)[1]


def test_of_many_threads_one_gets_the_probe() -> None:
    now, yes = 0.0, []
    breakers = LocalBreakers(lambda: now)
    for _ in range(FAILURES):
        breakers.failure("a")
    now = 30.0
    assert breakers.ready("a")
    gate = threading.Barrier(8)

    def ask() -> None:
        gate.wait()
        yes.append(breakers.permit("a"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(yes) == [False] * 7 + [True] and not breakers.ready("a") and breakers.permit("b")


@pytest.mark.parametrize(("verb", "cause"), [("failure", "failures"), ("open_at_once", "denied")])
def test_each_opening_is_told_once(verb: str, cause: str) -> None:
    told: list[tuple[str, str]] = []
    breakers = LocalBreakers(lambda: 0.0, lambda name, why: told.append((name, why)))
    for _ in range(2 * FAILURES):
        getattr(breakers, verb)("a")
    assert told == [("a", cause)] and breakers.states()["a"].phase(breakers.now()) == "open"
