"""A thousand customers tell all they should not: nothing of it is in any request that leaves the house."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain
from random import Random
from typing import Any

import pytest

from chatbot import brand as brands
from chatbot.knowledge.library import Library
from chatbot.simulation.run import simulate
from chatbot.turn import Mind, take_turn
from chatbot.types import Desk, Incoming, Move
from chatbot.voices.ports import Brief, Deployment, Draft, Price, VoiceFault
from chatbot.voices.prompt import Prompts
from chatbot.voices.remote import Line
from tests.environment import VAR_DIR
from tests.openai_server import FakeOpenAI, Script, Seen
from tests.telling_customers import TELLINGS, Secretive, customer, leaks

CUSTOMERS = 1000
TALKS = 10  # whole simulated conversations beside them
LINES = 4
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
PROMPTS = Prompts.read(brands.load("easytransfert"))
WITH_EVERY_REQUEST = {"host", "content-length"}  # of the connection and of the length


_RENDERED: dict[int, tuple[Brief, str]] = {}  # the brief is kept with it, so that its id stays its own


@dataclass
class Spy:
    """A strong voice that remembers what it was asked and says nothing."""

    tier: str = "standard"
    seen: list[Brief] = field(default_factory=list)

    def answers_open(self, brand: str) -> bool:
        return True

    def speak(self, brief: Brief, seed: str) -> Draft:
        self.seen.append(brief)
        return Draft(self._fails(), self.tier)

    @staticmethod
    def _fails() -> Iterator[str]:
        raise VoiceFault("unavailable")
        yield ""


class Unsure(Library):
    """A library that never surely knows, and always has something near: every question is an open one."""

    def __init__(self, library: Library) -> None:
        vars(self).update(vars(library))

    def quote(self, text: str, topic: str | None = None, day: date | None = None) -> Move | None:
        return None

    def near(self, text: str, day: date | None = None, most: int = 3) -> tuple[Move, ...]:
        return tuple(self.move(article) for article in self.articles[:most])


@dataclass(frozen=True)
class Asked:
    """A customer and the briefs their turn came to."""

    who: Secretive
    briefs: tuple[Brief, ...]


@pytest.fixture(scope="module")
def unsure() -> tuple[Mind, Spy]:
    """A mind that asks the spy, of all it can."""
    spy = Spy()
    mind = replace(Mind.load("easytransfert", VAR_DIR / "models"), voice=spy)
    knowledge = copy(mind.knowledge)
    knowledge.library = Unsure(mind.knowledge.library)
    return replace(mind, knowledge=knowledge), spy


@pytest.fixture(scope="module")
def asked(unsure: tuple[Mind, Spy]) -> list[Asked]:
    """What the turns of all customers came to."""
    mind, spy = unsure
    found = []
    for number in range(CUSTOMERS):
        who = customer(number)
        messages = [Incoming(f"m{number}-{at}", text, NOW, kind) for at, (text, kind) in enumerate(who.writes)]
        desk = Desk(NOW, ("web", "whatsapp")[number % 2], lambda: "AK-1", conversation=f"k{number}", customer=who.phone)
        spy.seen.clear()
        for _ in take_turn(mind, {}, messages, desk):
            pass
        found.append(Asked(who, tuple(spy.seen)))
    return found


@pytest.fixture(scope="module")
def sent(unsure: tuple[Mind, Spy], asked: list[Asked]) -> tuple[dict[str, Seen], list[Seen]]:
    """Every different request the briefs come to, by its messages as JSON, through the real client; and all of them."""
    mind, spy = unsure
    spy.seen.clear()
    facts = [sheet.facts for outcome in simulate(mind, TALKS) for sheet in outcome.sheets]
    assert facts
    briefs = [*chain.from_iterable(one.briefs for one in asked), *spy.seen]
    different = {rendered(brief): messages_of(brief) for brief in briefs}
    with FakeOpenAI() as server:
        server.always(Script(text="Bien."))
        lines = [Line(deployment(server.azure_url, number)) for number in range(LINES)]
        with ThreadPoolExecutor(LINES) as pool:
            shares = [list(different.values())[number::LINES] for number in range(LINES)]
            list(pool.map(send, lines, shares))
        seen = list(server.requests)
    return {as_json(request.json["messages"]): request for request in seen}, seen


def deployment(url: str, number: int) -> Deployment:
    price = Price("1", Decimal(1), Decimal(1), Decimal(1))
    return Deployment(f"d{number}", "azure", "standard", "gpt-4o", url, price, api_version="2024-10-21", key="k" * 8)


def send(line: Line, all_messages: Sequence[Sequence[Mapping[str, Any]]]) -> None:
    """Some as a stream, most in one piece, which takes a third of the time."""
    for number, messages in enumerate(all_messages):
        deadline = time.perf_counter() + 60
        if number % 10:
            whole = line.complete(messages, temperature=0.6, max_tokens=1000, deadline=deadline)
            assert whole.text() == "Bien."
        else:
            speech = line.stream(messages, temperature=0.6, max_tokens=1000, deadline=deadline)
            assert "".join(speech) == "Bien."
            speech.close()


def messages_of(brief: Brief) -> list[Mapping[str, Any]]:
    return list(PROMPTS.prompt(brief).messages)


def as_json(messages: object) -> str:
    return json.dumps(messages, ensure_ascii=False, sort_keys=True)


def rendered(brief: Brief) -> str:
    """The messages of a brief as JSON; remembered, for a brief is looked up more than once."""
    if id(brief) not in _RENDERED:
        _RENDERED[id(brief)] = brief, as_json(messages_of(brief))
    return _RENDERED[id(brief)][1]


def texts(value: object) -> Iterator[str]:
    """Every string in a request's JSON; its numbers are settings, the same in every request."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from chain.from_iterable(map(texts, value.values()))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(texts, value))


def test_every_brief_of_a_thousand_customers_was_really_sent(
    asked: list[Asked], sent: tuple[dict[str, Seen], list[Seen]]
) -> None:
    by_messages, seen = sent
    assert len(asked) == CUSTOMERS
    assert all(rendered(brief) in by_messages for one in asked for brief in one.briefs)
    assert all(request.path.endswith("/chat/completions") for request in seen)


def test_most_of_them_asked_an_open_question_in_their_own_words(asked: list[Asked]) -> None:
    assert sum(any(brief.open and brief.heard for brief in one.briefs) for one in asked) >= CUSTOMERS / 2


def test_nothing_of_a_customer_is_in_any_request_body(
    asked: list[Asked], sent: tuple[dict[str, Seen], list[Seen]]
) -> None:
    by_messages, _ = sent
    found = [
        (one.who.writes, brief.heard, leaking)
        for one in asked
        for brief in one.briefs
        for text in texts(by_messages[rendered(brief)].json)
        if (leaking := leaks(one.who, text))
    ]
    assert not found, (len(found), found[:20])


def test_no_header_path_or_setting_tells_one_customer_from_another(sent: tuple[dict[str, Seen], list[Seen]]) -> None:
    _, seen = sent
    unlike = {
        (tuple(sorted((k, v) for k, v in one.headers.items() if k not in WITH_EVERY_REQUEST)), *settings(one))
        for one in seen
    }
    assert len({headers for headers, *_ in unlike}) <= LINES * 2  # as a stream or whole, and nothing else
    assert len(unlike) <= LINES * 2


def settings(request: Seen) -> tuple[str, str]:
    """Address and body of a request without its messages."""
    return request.path, as_json({name: value for name, value in request.json.items() if name != "messages"})


def test_the_question_stays_readable(asked: list[Asked]) -> None:
    heard = [brief.heard for one in asked for brief in one.briefs if brief.open]
    assert sum(any(word in text for word in ("easytransfert", "carte", "internet", "données", "banque", "relevé",
                                            "compte", "anglais")) for text in heard) >= 0.95 * len(heard)  # fmt: skip


@pytest.mark.parametrize("telling", TELLINGS)
def test_every_writing_would_be_found_if_it_left(telling: str) -> None:
    """The test of the test: unmasked, each writing is seen to give its customer away."""
    seen = [leaks(who := customer(number), TELLINGS[telling](who, Random(number))) for number in range(20)]
    assert sum(map(bool, seen)) >= 15
