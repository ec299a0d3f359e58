"""``/health``: the process is up. ``/ready``: so is what it needs.

A database that is written with our key, a trained classifier, Redis, a worker seen lately.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, JsonResponse

from chatbot.understand import Untrained
from support import minds, redis_client
from support.insight.signs import WORKER_SEEN, WORKER_VOICE
from support.keys import door

CHECK_SECONDS = 3.0  # a check that takes longer has failed; a load balancer asks every few seconds
UNCACHED = {"Cache-Control": "no-store"}


class NotReady(Exception):
    """A check's verdict, in one word fit for the public."""


async def health(_request: HttpRequest) -> JsonResponse:
    """200 as long as this process answers at all."""
    return JsonResponse({"status": "ok"}, headers=UNCACHED)


async def ready(_request: HttpRequest) -> JsonResponse:
    """200 when every check is ``ok``, else 503; the body names each check and its verdict.

    ``voice`` is told with them and makes nobody unready: with the template every answer is right, only plainer.
    """
    verdicts = await asyncio.gather(*(_verdict(check) for check in CHECKS.values()))
    checks = dict(zip(CHECKS, verdicts, strict=True))
    good = all(verdict == "ok" for verdict in verdicts)
    body = {"status": "ready" if good else "unready", "checks": {**checks, "voice": await _told(_voice)}}
    return JsonResponse(body, status=200 if good else 503, headers=UNCACHED)


async def _verdict(check: Callable[[], None]) -> str:
    return await _told(check) or "ok"


async def _told(check: Callable[[], str | None]) -> str | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await asyncio.to_thread(check)
    except TimeoutError:
        return "timeout"
    except NotReady as reason:
        return str(reason)


def _database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as error:
        raise NotReady("unreachable") from error
    finally:
        connection.close()  # this thread belongs to a pool: a connection left here would be lost


def _index_key() -> None:
    if fault := door.look():
        raise NotReady(fault.verdict)


def _understanding() -> None:
    try:
        minds.ready(settings.BRAND)
    except Untrained as error:
        raise NotReady("not trained: manage.py train intents") from error


def _redis() -> None:
    try:
        redis_client.connection().ping()
    except redis.RedisError as error:
        raise NotReady("unreachable") from error


def _worker() -> None:
    try:
        seen = redis_client.connection().exists(WORKER_SEEN)
    except redis.RedisError as error:
        raise NotReady("unknown") from error
    if not seen:
        raise NotReady("not seen lately")


def _voice() -> str:
    """What the workers speak with, as the last one to sweep said: this process never loads a model."""
    try:
        voice = redis_client.connection().get(WORKER_VOICE)
    except redis.RedisError as error:
        raise NotReady("unknown") from error
    return voice.decode() if isinstance(voice, bytes) else str(voice or "unknown")


CHECKS: Mapping[str, Callable[[], None]] = {
    "database": _database,
    "index_key": _index_key,
    "understanding": _understanding,
    "redis": _redis,
    "worker": _worker,
}
