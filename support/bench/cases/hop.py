"""The whole hop: web socket, row, worker, turn with every stage, words and stored reply back on the socket."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from support.bench.figures import median, milliseconds
from support.bench.load.customer import Company, Customer, Hop
from support.bench.processes import BenchError
from support.bench.report import Row, at_least, at_most, rates
from support.bench.script import questions
from support.bench.setup import Setup
from support.bench.stack import Stack, bare, ours
from support.supervisor.programs import worker_command

TITLE = "full hop web → worker → web"
SHARE = 0.40
FIRST_WORDS_MS = 60.0
CROWD_FIRST_WORDS_MS = 2_000.0
AT_ONCE = 64  # customers who wait for an answer at the same moment, at most
EASY = 0.5  # of the rate that a stack can bear


@dataclass(slots=True)
class Heard:
    """What a stack did at one number of open conversations: rates of busy rounds, hops of busy and of easy times."""

    rates: list[float] = field(default_factory=list)
    busy: list[Hop] = field(default_factory=list)
    easy: list[Hop] = field(default_factory=list)

    def calm(self) -> list[Hop]:
        """The hops whose latency is the house's own and not the queue's before it."""
        return self.easy or self.busy


def run(setup: Setup) -> list[Row]:
    """At each number of open conversations, ours and the twin in turn."""
    with ours(worker_command()) as house, bare(worker=True) as twin:
        return asyncio.run(_measure(setup, house, twin))


async def _measure(setup: Setup, house: Stack, twin: Stack) -> list[Row]:
    rows: list[Row] = []
    async with Company() as mine, Company() as theirs:
        for count in setup.scale.open_conversations:
            await mine.join(house.port, house.chat_paths(count - len(mine.customers)))
            await theirs.join(twin.port, ["/ws/chat/"] * (count - len(theirs.customers)))
            heard = await _compare(setup, (house, mine), (twin, theirs))
            setup.say(f"hop, {count} open: {median(heard[0].rates):.0f}/s, bare {median(heard[1].rates):.0f}/s")
            rows += _rows(count, *heard)
    return rows


async def _compare(setup: Setup, *sides: tuple[Stack, Company]) -> list[Heard]:
    texts, seconds = questions(), setup.scale.busy_seconds
    heard = [Heard() for _ in sides]
    for _, company in sides:
        await company.customers[0].write(next(texts))  # the worker is up, and has loaded what it needs
    for _ in range(max(1, setup.scale.rounds - 2)):
        for (stack, company), result in zip(sides, heard, strict=True):
            hops, took = await _busy(company, texts, seconds)
            stack.check()
            result.busy += hops
            result.rates.append(len(hops) / took)
    if len(sides[0][1].customers) > 1:
        pace = EASY * median(heard[0].rates)
        for (_, company), result in zip(sides, heard, strict=True):
            result.easy = await _easy(company, texts, seconds, pace)
    _check_answers(sides)
    return heard


async def _busy(company: Company, texts: Iterator[str], seconds: float) -> tuple[list[Hop], float]:
    """Everyone in turn, as many at once as may be: hops, and the seconds they took."""
    free, hops = deque(company.customers), list[Hop]()
    begun = time.perf_counter()

    async def keep_writing() -> None:
        while time.perf_counter() - begun < seconds:
            customer = free.popleft()
            hops.append(await customer.write(next(texts)))
            free.append(customer)

    await asyncio.gather(*(keep_writing() for _ in range(min(AT_ONCE, len(company.customers)))))
    return hops, time.perf_counter() - begun


async def _easy(company: Company, texts: Iterator[str], seconds: float, per_second: float) -> list[Hop]:
    """Messages at an even pace, whether or not the ones before are answered."""
    free, hops, begun = deque(company.customers), list[Hop](), time.perf_counter()

    async def write(customer: Customer) -> None:
        hops.append(await customer.write(next(texts)))
        free.append(customer)

    writing = []
    for number in range(max(1, int(seconds * per_second))):
        await asyncio.sleep(max(0.0, begun + number / per_second - time.perf_counter()))
        with suppress(IndexError):  # everyone waits for an answer: the pace was too much, and the latencies say so
            writing.append(asyncio.create_task(write(free.popleft())))
    await asyncio.gather(*writing)
    return hops


def _check_answers(sides: tuple[tuple[Stack, Company], ...]) -> None:
    for _, company in sides:
        if errors := [error for customer in company.customers for error in customer.heard.errors]:
            raise BenchError(f"{len(errors)} messages were refused: {errors[0]}")


def _rows(count: int, mine: Heard, theirs: Heard) -> list[Row]:
    where = f"hop, {count} open"
    what = f"{where}: answers"  # one conversation alone is a question of latency, not of throughput
    rate = rates(what, mine.rates, theirs.rates) if count == 1 else at_least(SHARE, what, mine.rates, theirs.rates)
    limit = FIRST_WORDS_MS if count == 1 else CROWD_FIRST_WORDS_MS
    whole, bare_whole = [hop.whole for hop in mine.calm()], [hop.whole for hop in theirs.calm()]
    first = milliseconds([hop.first for hop in mine.calm()], 0.95)
    return [
        rate,
        at_most(limit, f"{where}: p95 to first words", first, "ms", milliseconds(bare_whole, 0.95)),
        Row(f"{where}: p50 to stored reply", milliseconds(whole, 0.5), "ms", milliseconds(bare_whole, 0.5)),
        Row(f"{where}: p95 to stored reply", milliseconds(whole, 0.95), "ms", milliseconds(bare_whole, 0.95)),
    ]
