"""POSTs prepared requests over kept-alive connections, and notes when each was answered."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import cast

CONNECTIONS = 64
LAST_CHUNK = b"0\r\n\r\n"


@dataclass(slots=True)
class Answers:
    """What one round of posts came to. ``latencies`` in seconds, of answered posts; status 0 is a broken connection."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Good answers (2xx) a second."""
        return self.good / self.seconds if self.seconds else 0.0

    @property
    def good(self) -> int:
        """How many posts were answered 2xx."""
        return sum(count for status, count in self.statuses.items() if 200 <= status < 300)

    @property
    def bad(self) -> int:
        """How many were not."""
        return self.statuses.total() - self.good


def request(port: int, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The bytes of one POST of a form to this machine."""
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def post_all(port: int, requests: Iterable[bytes], connections: int = CONNECTIONS) -> Answers:
    """Post everything as fast as ``connections`` clients that wait for each answer can."""
    return await _post(port, [iter(requests)] * connections, every=0.0)


async def post_paced(port: int, requests: Iterable[bytes], per_second: int) -> Answers:
    """Post ``per_second``, each at its due time; a late answer does not excuse the next: waiting counts as latency."""
    return await _post(port, [iter(requests)] * per_second, every=1.0)


async def _post(port: int, queues: list[Iterator[bytes]], every: float) -> Answers:
    loop, answers, begun = asyncio.get_running_loop(), Answers(), time.perf_counter()
    connections = []
    for number, queue in enumerate(queues):
        first = begun + every * number / len(queues)
        _, connection = await loop.create_connection(
            partial(_Connection, queue, answers, first, every), "127.0.0.1", port
        )
        connections.append(connection)
    await asyncio.gather(*(connection.done for connection in connections))
    answers.seconds = time.perf_counter() - begun
    return answers


class _Connection(asyncio.Protocol):
    """One client: posts, waits for the answer, posts the next."""

    def __init__(self, queue: Iterator[bytes], answers: Answers, first: float, every: float) -> None:
        self._queue, self._answers, self._due, self._every = queue, answers, first, every
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._open = False
        self.done: asyncio.Future[None] = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        status = status_of_whole_answer(self._buffer)
        if status is None:
            return
        self._answers.latencies.append(time.perf_counter() - self._due)
        self._answers.statuses[status] += 1
        self._buffer, self._open = b"", False
        self._due += self._every
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._open:
            self._answers.statuses[0] += 1
        if not self.done.done():
            self.done.set_result(None)

    def _wait(self) -> None:
        if self._every and (early := self._due - time.perf_counter()) > 0:
            self._loop.call_later(early, self._send)
        else:
            self._send()

    def _send(self) -> None:
        following = next(self._queue, None)
        if following is None or self._transport.is_closing():
            self._transport.close()
            return
        if not self._every:
            self._due = time.perf_counter()
        self._open = True
        self._transport.write(following)


def status_of_whole_answer(buffer: bytes) -> int | None:
    """The HTTP status, once the whole answer stands in ``buffer``; None before."""
    head, found, body = buffer.partition(b"\r\n\r\n")
    if not found:
        return None
    lowered = head.lower()
    _, sized, after = lowered.partition(b"content-length:")
    if sized:
        complete = len(body) >= int(after.split(b"\r\n", 1)[0])
    else:
        complete = b"chunked" not in lowered or body.endswith(LAST_CHUNK)
    return int(head[9:12]) if complete else None
