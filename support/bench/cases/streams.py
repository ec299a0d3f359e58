"""Many replies spoken at once by a slow voice: every word arrives, in order, and soon after it was said."""

from __future__ import annotations

import asyncio
import json
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

from support.bench.figures import milliseconds
from support.bench.load.customer import Company, Customer
from support.bench.processes import BenchError
from support.bench.report import Row, at_most
from support.bench.setup import Setup
from support.bench.stack import Stack, ours, worker_of

TITLE = "streamed replies at once"
WORDS_A_SECOND = 40
LAG_MS = 200.0
QUESTION = "bonjour"
ANSWER_SECONDS = 60.0


@dataclass(slots=True)
class Stream:
    """What one customer saw of one reply: (moment, words so far) as they came, and the stored text."""

    message: str = ""
    came: list[tuple[float, int]] = field(default_factory=list)
    streamed: str = ""
    stored: str = ""


class Listener(Customer):
    """A customer who notes when each word came."""

    def __init__(self) -> None:
        super().__init__()
        self.stream = Stream()

    def hear(self, text: str) -> None:
        """Note the words, then as any customer."""
        event: dict[str, Any] = json.loads(text)
        if event["type"] == "delta":
            self._came(event["text"])
        elif event["type"] == "message" and event["author"] == "bot":
            self.stream.stored = event["text"]
            self.stream.came.append((time.monotonic(), len(event["text"].split())))
        elif event["type"] == "message":
            self.stream.message = event["id"]
        super().hear(text)

    def _came(self, words: str) -> None:
        self.stream.streamed += words
        self.stream.came.append((time.monotonic(), len(self.stream.streamed.split())))


class Audience(Company):
    """Customers who note when each word came."""

    member = Listener


def run(setup: Setup) -> list[Row]:
    """As many threads as replies, since a reply holds its thread for as long as the voice speaks."""
    scale = setup.scale
    worker = worker_of("support.bench.workers.paced", threads=scale.streams)
    pace = {"words": scale.stream_words, "seconds": 1 / WORDS_A_SECOND}
    with ours(worker, files={"pace.json": json.dumps(pace)}) as house:
        streams = asyncio.run(_listen(house, scale.streams, scale.stream_starts_within))
        spoken = _spoken(house.folder / "spoken.jsonl")
    lags = [_lags(stream, spoken[stream.message]) for stream in streams]
    from_voice = [lag for voice, _ in lags for lag in voice]
    from_guard = [lag for _, guard in lags for lag in guard]
    lost = sum(_lost(stream, scale.stream_words) for stream in streams)
    what = f"{scale.streams} streams, {WORDS_A_SECOND} words/s"
    return [
        at_most(0, f"{what}: words lost of {len(from_voice)}", lost, ""),
        at_most(LAG_MS, f"{what}: lag p95, from the voice", milliseconds(from_voice, 0.95), "ms"),
        at_most(LAG_MS, f"{what}: lag p95, from the guard", milliseconds(from_guard, 0.95), "ms"),
    ]


async def _listen(house: Stack, count: int, within: float) -> list[Stream]:
    async with Audience() as audience:
        await audience.join(house.port, house.chat_paths(count))
        listeners = [each for each in audience.customers if isinstance(each, Listener)]
        await listeners[0].write(QUESTION)  # the worker is up
        listeners[0].stream = Stream()
        async with asyncio.timeout(ANSWER_SECONDS):
            begun = time.monotonic()
            writing = []
            for number, listener in enumerate(listeners):
                await asyncio.sleep(max(0.0, begun + within * number / count - time.monotonic()))
                writing.append(asyncio.create_task(listener.write(QUESTION)))
            await asyncio.gather(*writing)
        house.check()
        return [listener.stream for listener in listeners]


def _spoken(diary: Path) -> dict[str, dict[str, Any]]:
    return {line["message"]: line for line in map(json.loads, diary.read_text().splitlines())}


def _lags(stream: Stream, spoken: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Seconds from each word's being spoken, and from its passing the guard, to its arrival."""
    counts = [count for _, count in stream.came]
    passed = list(accumulate((count for _, count in spoken["passed"]), max))
    from_voice, from_guard = [], []
    for number, moment in enumerate(spoken["words"], start=1):
        arrived = bisect_left(counts, number)
        if arrived == len(counts):
            raise BenchError(f"word {number} of a reply never came")
        came = stream.came[arrived][0]
        from_voice.append(came - moment)
        from_guard.append(came - spoken["passed"][bisect_left(passed, number)][0])
    return from_voice, from_guard


def _lost(stream: Stream, words: int) -> int:
    """Words missing from the stored reply, or from the stream that led up to it."""
    stored = stream.stored.split()
    if not stream.stored.startswith(stream.streamed):
        return abs(len(stored) - len(stream.streamed.split())) or 1
    return max(0, words - len(stored))
