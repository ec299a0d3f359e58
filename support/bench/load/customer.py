"""A customer with an open widget, who writes, waits for the answer, and holds the server to the contract's order."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from support.bench.load.sockets import Socket, SocketRefused, open_socket

OPENING_AT_ONCE = 32
READY_SECONDS = 30.0
PATIENCE_SECONDS = 30.0


@dataclass(slots=True)
class Hop:
    """One message and its answer: seconds from sending to the first words and to the whole stored reply."""

    first: float
    whole: float


@dataclass(slots=True)
class Heard:
    """What came down a socket besides answers: stored messages as (seq, author, client id), and any error frames."""

    messages: list[tuple[int, str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Customer:
    """One conversation. ``write`` is for one message at a time, ``burst`` for several; ``sent``: their client ids."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.heard = Heard()
        self.sent: list[str] = []
        self.ready: asyncio.Future[None] = loop.create_future()
        self.socket: Socket | None = None
        self._answered: asyncio.Future[float] = loop.create_future()
        self._waiting_for = ""
        self._seq: int | None = None
        self._first = 0.0

    @classmethod
    async def open(cls, port: int, path: str) -> Self:
        """Connect and wait until the replay is over. Raises SocketRefused, OSError, TimeoutError."""
        customer = cls()
        customer.socket = await open_socket(port, path, customer.hear)
        await asyncio.wait_for(customer.ready, READY_SECONDS)
        return customer

    async def write(self, text: str) -> Hop:
        """Send a message and wait for its answer. Raises TimeoutError when none comes."""
        return await self.burst([text])

    async def burst(self, texts: Iterable[str]) -> Hop:
        """Send all, then wait for the answer that stands after the last of them. Raises TimeoutError."""
        sent = time.perf_counter()
        self._begin()
        for text in texts:
            self._send(text)
        whole = await asyncio.wait_for(self._answered, PATIENCE_SECONDS)
        return Hop((self._first or whole) - sent, whole - sent)

    def close(self) -> None:
        """Hang up."""
        if self.socket is not None:
            self.socket.abort()

    def hear(self, text: str) -> None:
        """A frame from the server."""
        event = json.loads(text)
        match event["type"]:
            case "delta":
                self._first = self._first or time.perf_counter()
            case "message":
                self._note(event)
            case "ready":
                self.ready.set_result(None)
            case "error":
                self.heard.errors.append(event["code"])

    def _begin(self) -> None:
        self._answered = asyncio.get_running_loop().create_future()
        self._seq, self._first = None, 0.0

    def _send(self, text: str) -> None:
        if self.socket is None or self.socket.closed:
            raise SocketRefused("the server closed the socket")
        self._waiting_for = str(uuid.uuid4())
        self.sent.append(self._waiting_for)
        self.socket.send(json.dumps({"type": "send", "client_id": self._waiting_for, "text": text}))

    def _note(self, event: dict[str, Any]) -> None:
        """The answer is the first word of the assistant after the last message sent (the twin names it instead)."""
        seq, client_id = event.get("seq", 0), event.get("client_id", "")
        self.heard.messages.append((seq, event["author"], client_id))
        if event["author"] == "customer":
            if client_id == self._waiting_for:
                self._seq = seq
        elif self._is_answer(seq, client_id) and not self._answered.done():
            self._answered.set_result(time.perf_counter())

    def _is_answer(self, seq: int, client_id: str) -> bool:
        return client_id == self._waiting_for or (self._seq is not None and seq > self._seq)


class Company:
    """Many customers with open widgets."""

    member: type[Customer] = Customer

    def __init__(self) -> None:
        self.customers: list[Customer] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for customer in self.customers:
            customer.close()
        await asyncio.sleep(0)

    async def join(self, port: int, paths: Iterable[str]) -> None:
        """Add a customer for each path. Raises what ``Customer.open`` raises."""
        waiting = iter(paths)

        async def open_some() -> None:
            for path in waiting:
                self.customers.append(await self.member.open(port, path))

        await asyncio.gather(*(open_some() for _ in range(OPENING_AT_ONCE)))
