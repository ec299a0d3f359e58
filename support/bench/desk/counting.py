"""How often the console asks the database, counted where it asks: the queue's first view, and one search."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import connections
from django.db.backends.signals import connection_created
from django.test import Client

from support.bench.desk.outside import is_first_view

SEARCH = "/admin/file/search/"
SECONDS = 60


def queries(session: str, query: str) -> dict[str, int]:
    """{"queue": …, "search": …} for the member of staff behind ``session``."""
    with _counted() as count:
        asyncio.run(_look_at_queue(session))
        queue = count()
        client = Client(SERVER_NAME=settings.HOST)  # the one host that a stack answers to
        client.cookies[settings.SESSION_COOKIE_NAME] = session
        answer = client.post(
            SEARCH, json.dumps({"q": query}), content_type="application/json", secure=settings.SECURE_HTTPS
        )
        answer.json()["rows"]
        return {"queue": queue, "search": count() - queue}


@contextmanager
def _counted() -> Iterator[Callable[[], int]]:
    """Counts the statements of every thread's connection."""
    lock, total = threading.Lock(), 0

    def note(execute: Callable[..., Any], *args: Any) -> Any:
        nonlocal total
        with lock:
            total += 1
        return execute(*args)

    def watch(connection: Any, **_: Any) -> None:
        if note not in connection.execute_wrappers:
            connection.execute_wrappers.append(note)

    connection_created.connect(watch)
    for connection in connections.all():
        watch(connection)
    try:
        yield lambda: total
    finally:
        connection_created.disconnect(watch)
        for connection in connections.all():
            if note in connection.execute_wrappers:
                connection.execute_wrappers.remove(note)


async def _look_at_queue(session: str) -> None:
    from support.asgi import application

    headers = [
        (b"host", settings.PUBLIC_URL.split("//")[1].encode()),
        (b"origin", settings.PUBLIC_URL.encode()),
        (b"cookie", f"{settings.SESSION_COOKIE_NAME}={session}".encode()),
    ]
    page = WebsocketCommunicator(application, "/ws/console/", headers)
    connected, _ = await page.connect(SECONDS)
    assert connected  # noqa: S101
    while not is_first_view(await page.receive_from(SECONDS)):
        pass
    await page.disconnect()
