"""The twin's web socket and its worker's task: what is said goes through the queue and comes back."""

from __future__ import annotations

import json
import uuid
from functools import lru_cache
from typing import Any

import msgpack
import redis
from celery import Celery
from channels.generic.websocket import AsyncWebsocketConsumer

from .settings import REDIS_URL

app = Celery("twin", broker=REDIS_URL.replace("unix://", "redis+socket://", 1))
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1, task_acks_late=True)


@lru_cache(maxsize=1)
def connection() -> redis.Redis:
    """The process's one pool."""
    return redis.Redis.from_url(REDIS_URL)


@app.task(name="twin.answer")  # type: ignore[untyped-decorator]
def answer(group: str, text: str, client_id: str) -> None:
    """Say it back, in the channel layer's own wire format."""
    event = {"type": "message", "author": "bot", "client_id": client_id, "text": text}
    connection().publish(f"twin__group__{group}", msgpack.packb({"type": "relay", "text": json.dumps(event)}))


class Consumer(AsyncWebsocketConsumer):
    """A socket in a group of its own."""

    async def connect(self) -> None:
        """Let anyone in."""
        self.group = f"c.{uuid.uuid4().hex}"
        await self.accept()
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.send('{"type":"ready"}')

    async def disconnect(self, code: int) -> None:
        """Leave the group."""
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Put what was said into the queue."""
        frame = json.loads(text_data or "{}")
        answer.delay(self.group, frame["text"], frame["client_id"])

    async def relay(self, message: dict[str, Any]) -> None:
        """What the worker said."""
        await self.send(message["text"])


class Silent(AsyncWebsocketConsumer):
    """A socket that only stands open: no group, no layer."""

    async def connect(self) -> None:
        """Let anyone in."""
        await self.accept()
        await self.send('{"type":"ready"}')

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Show that it still lives."""
        await self.send(text_data)
