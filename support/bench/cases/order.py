"""What keeping the order costs: turns of one conversation one after another, beside the same turns with no order."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Iterator

from support.bench.load.customer import Company, Customer
from support.bench.report import Row, at_least, at_most
from support.bench.script import questions
from support.bench.setup import Setup
from support.bench.stack import Stack, ours, worker_of

TITLE = "order kept in every conversation"
SHARE = 0.80
TURN = {"words": 4, "seconds": 0.005}  # a voice that takes 20 ms
ROUND_SECONDS = 60.0


def run(setup: Setup) -> list[Row]:
    """Three ways to send the same messages: in one line each, in bursts, and each to a conversation of its own."""
    with ours(worker_of("support.bench.workers.paced"), files={"pace.json": json.dumps(TURN)}) as house:
        return asyncio.run(_measure(setup, house))


async def _measure(setup: Setup, house: Stack) -> list[Row]:
    scale, texts = setup.scale, questions()
    few, each = scale.ordered_conversations, scale.ordered_messages
    in_line, in_bursts, apart = list[float](), list[float](), list[float]()
    async with Company() as company:
        await company.join(house.port, house.chat_paths(few * (1 + each)))
        talkers, strangers = company.customers[:few], company.customers[few:]
        await _once(company.customers, few, texts)  # everyone's rows exist, the worker is warm
        for number in range(scale.rounds):
            in_line.append(await _rate(house, few * each, _in_line(talkers, each, texts)))
            apart.append(await _rate(house, few * each, _once(strangers, few, texts)))
            in_bursts.append(await _rate(house, few * each, _in_bursts(talkers, each, scale.burst, texts)))
            setup.say(
                f"order, round {number + 1}: {in_line[-1]:.0f}/s, bursts {in_bursts[-1]:.0f}/s, apart {apart[-1]:.0f}/s"
            )
        wrong = sum(_out_of_order(customer) for customer in company.customers)
    what = f"order, {few} conversations"
    return [
        at_least(SHARE, f"{what}, one message after another: answered", in_line, apart, "unordered"),
        at_least(SHARE, f"{what}, bursts of {scale.burst}: answered", in_bursts, apart, "unordered"),
        at_most(0, f"{what}: conversations out of order", wrong, ""),
    ]


async def _rate(house: Stack, messages: int, writing: Awaitable[None]) -> float:
    begun = time.perf_counter()
    async with asyncio.timeout(ROUND_SECONDS):
        await writing
    house.check()
    return messages / (time.perf_counter() - begun)


async def _in_line(talkers: list[Customer], each: int, texts: Iterator[str]) -> None:
    async def talk(customer: Customer) -> None:
        for _ in range(each):
            await customer.write(next(texts))

    await asyncio.gather(*map(talk, talkers))


async def _in_bursts(talkers: list[Customer], each: int, burst: int, texts: Iterator[str]) -> None:
    async def talk(customer: Customer) -> None:
        for start in range(0, each, burst):
            await customer.burst([next(texts) for _ in range(min(burst, each - start))])

    await asyncio.gather(*map(talk, talkers))


async def _once(customers: list[Customer], at_once: int, texts: Iterator[str]) -> None:
    """One message to each conversation, ``at_once`` of them waiting at a time."""
    waiting = iter(customers)

    async def take_next() -> None:
        for customer in waiting:
            await customer.write(next(texts))

    await asyncio.gather(*(take_next() for _ in range(at_once)))


def _out_of_order(customer: Customer) -> bool:
    """Whether this customer saw a hole, a repeat, or their own messages in another order than they were sent."""
    seqs = [seq for seq, _, _ in customer.heard.messages]
    mine = [client_id for _, author, client_id in customer.heard.messages if author == "customer"]
    return seqs != list(range(1, len(seqs) + 1)) or mine != customer.sent
