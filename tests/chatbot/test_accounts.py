"""Whole answers of several deployments in turn: every attempt is reserved, settled, and told to its breaker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chatbot.voices.accounts import Books, first_answer
from chatbot.voices.calls import Whole
from chatbot.voices.ports import Brief, Deployment, Settled, Usage, VoiceFault
from chatbot.voices.remote import Limits, Line, line_to
from tests.chatbot.test_remote import ASK, KEY, PRICE
from tests.openai_server import FakeOpenAI, Fault, Script

RESERVATION = Usage(100, 50)
SHORT = Limits(connect=0.5)


class Kept:
    """A ledger and breakers that remember."""

    def __init__(self, *closed: str, poor: bool = False) -> None:
        self.closed, self.poor = closed, poor
        self.rows: dict[str, Settled | None] = {}
        self.told: list[tuple[Any, ...]] = []

    def reserve(self, deployment: Deployment, brief: Brief, reservation: Usage) -> str:
        if self.poor:
            raise VoiceFault("no_budget")
        self.rows[deployment.name] = None
        return deployment.name

    def settle(self, call: str, settled: Settled) -> None:
        assert self.rows[call] is None, "settled once, after it was reserved"
        self.rows[call] = settled

    def permit(self, deployment: str) -> bool:
        return deployment not in self.closed

    def success(self, deployment: str) -> None:
        self.told.append(("success", deployment))

    def failure(self, deployment: str) -> None:
        self.told.append(("failure", deployment))

    def cancelled(self, deployment: str) -> None:
        self.told.append(("cancelled", deployment))

    def open_at_once(self, deployment: str) -> None:
        self.told.append(("open_at_once", deployment))

    def throttle(self, deployment: str, seconds: float) -> None:
        self.told.append(("throttle", deployment, seconds))


@pytest.fixture(scope="module")
def running() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as server:
        yield server


@pytest.fixture
def server(running: FakeOpenAI) -> FakeOpenAI:
    running.forget()
    return running


def answer(server: FakeOpenAI, kept: Kept, *names: str, seconds: float = 5.0) -> str:
    lines = [
        Line(Deployment(name, "openai", "vision", name, server.openai_url, PRICE, key=KEY), SHORT) for name in names
    ]

    def ask(line: Line) -> Whole:
        return line.complete(ASK, temperature=0, max_tokens=9, deadline=line.ticks() + seconds)

    return first_answer(lines, ask, Brief(()), RESERVATION, Books(kept, kept))


def test_an_answer_is_settled_by_the_servers_own_count(server: FakeOpenAI) -> None:
    kept = Kept()
    server.play(Script("oui"))
    assert answer(server, kept, "a") == "oui"
    row, seen = kept.rows["a"], server.requests[0]
    assert row is not None
    assert (row.outcome, row.basis, row.finish) == ("ok", "usage", "stop")
    assert row.usage == Usage(seen.prompt_tokens, seen.completion_tokens)
    assert row.cost == PRICE.cost(row.usage) > 0
    assert kept.told == [("success", "a")]


@pytest.mark.parametrize(
    ("fault", "outcome", "basis", "told"),
    [
        ("hang", "timeout", "reserved", ("failure", "a")),
        ("reset", "connection", "reserved", ("failure", "a")),
        ("server", "server", "estimated", ("failure", "a")),
        ("length", "truncated", "usage", ("failure", "a")),
        ("throttled", "throttled", "estimated", ("throttle", "a", 7.0)),
        ("forbidden", "denied", "estimated", ("open_at_once", "a")),
        ("filtered", "filtered", "estimated", ("cancelled", "a")),
        ("bad_request", "bad_request", "estimated", ("cancelled", "a")),
    ],
)
def test_a_failed_attempt_is_settled_and_told_too(
    server: FakeOpenAI, fault: Fault, outcome: str, basis: str, told: tuple[Any, ...]
) -> None:
    kept = Kept()
    server.play(Script(fault=fault, headers={"retry-after": "7"}))
    with pytest.raises(VoiceFault) as caught:
        answer(server, kept, "a", seconds=0.5 if fault == "hang" else 5.0)
    row = kept.rows["a"]
    assert row is not None
    assert (caught.value.kind, row.outcome, row.basis) == (outcome, outcome, basis)
    assert (row.cost == 0) == (basis == "estimated"), "a server that refused generated nothing"
    if basis == "reserved":
        assert row.usage == RESERVATION
    assert kept.told == [told]


def test_two_are_tried_and_no_more(server: FakeOpenAI) -> None:
    kept = Kept()
    server.always(Script(fault="server"))
    with pytest.raises(VoiceFault):
        answer(server, kept, "a", "b", "c")
    assert list(kept.rows) == ["a", "b"]


def test_one_whose_breaker_is_open_is_passed_over(server: FakeOpenAI) -> None:
    kept = Kept("a", "b")
    assert answer(server, kept, "a", "b", "c")
    assert list(kept.rows) == ["c"]


def test_where_nobody_may_be_asked_that_is_the_fault(server: FakeOpenAI) -> None:
    with pytest.raises(VoiceFault, match="unavailable"):
        answer(server, Kept("a"), "a")
    assert server.requests == []


def test_without_a_budget_nothing_is_sent_and_a_probe_gives_its_place_back(server: FakeOpenAI) -> None:
    kept = Kept(poor=True)
    with pytest.raises(VoiceFault, match="no_budget"):
        answer(server, kept, "a", "b")
    assert server.requests == []
    assert kept.told == [("cancelled", "a")]


def test_one_deployment_has_one_line() -> None:
    there = Deployment("a", "openai", "vision", "m", "http://127.0.0.1:1/v1", PRICE, key=KEY)
    same = Deployment("a", "openai", "vision", "m", "http://127.0.0.1:1/v1", PRICE, key=KEY)
    moved = Deployment("a", "openai", "vision", "m", "http://127.0.0.1:2/v1", PRICE, key=KEY)
    assert line_to(there) is line_to(same)
    assert line_to(there) is not line_to(moved)
