"""A web visitor for tests: opens a session, speaks the contract over a real socket, remembers every event."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import websockets
from websockets.asyncio.client import ClientConnection

Event = dict[str, Any]


async def open_session(url: str, **body: str) -> dict[str, Any]:
    """POST /api/v1/sessions; the answer's JSON."""
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.post(f"{url}/api/v1/sessions", json=body)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer


class Visitor:
    """One open socket. ``events`` holds all that came, in order."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.events: list[Event] = []
        self._news = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    async def send(self, text: str, client_id: uuid.UUID | None = None) -> uuid.UUID:
        """Send a message; returns its client_id."""
        client_id = client_id or uuid.uuid4()
        await self.frame({"type": "send", "client_id": str(client_id), "text": text})
        return client_id

    async def frame(self, frame: object) -> None:
        """Send any JSON."""
        await self.socket.send(json.dumps(frame))

    async def until(self, condition: Callable[[Event], bool], seconds: float = 15) -> Event:
        """The first event, past or to come, that meets ``condition``. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self._news:
            while True:
                if found := next((event for event in self.events if condition(event)), None):
                    return found
                await self._news.wait()

    async def ask(self, text: str, seconds: float = 15) -> Event:
        """Send, and return the assistant's next stored message after it."""
        client_id = str(await self.send(text))
        mine = await self.until(lambda event: event.get("client_id") == client_id, seconds)
        return await self.until(
            lambda event: event.get("author") == "bot" and event.get("seq", 0) > mine["seq"], seconds
        )

    def messages(self) -> list[Event]:
        """The stored messages seen, in the order they came."""
        return [event for event in self.events if event["type"] == "message"]

    async def close(self) -> None:
        """Hang up."""
        self._reader.cancel()
        await self.socket.close()

    async def _read(self) -> None:
        async for text in self.socket:
            async with self._news:
                self.events.append(json.loads(text))
                self._news.notify_all()


@asynccontextmanager
async def visiting(url: str, token: str = "", after: int = 0, **options: Any):  # type: ignore[no-untyped-def]
    """A visitor, connected; with no ``token``, a new session."""
    token = token or (await open_session(url))["token"]
    address = f"{url.replace('http', 'ws', 1)}/ws/chat/?after={after}&token={token}"
    async with websockets.connect(address, proxy=None, max_size=None, **options) as socket:
        visitor = Visitor(socket)
        try:
            yield visitor
        finally:
            await visitor.close()
