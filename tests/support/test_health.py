"""``/health`` and ``/ready`` tell an operator, and a load balancer, the truth."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import AsyncClient

from support import minds, redis_client
from support.insight.signs import WORKER_SEEN

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _mind_in_memory() -> None:
    """Reading the brand may take longer than a check is given."""
    minds.ready(settings.BRAND)


@pytest.fixture
def redis_away(settings: object) -> Iterator[None]:
    """Redis cannot be reached: nobody listens on this socket."""
    settings.REDIS_URL = "unix:///nonexistent/redis.sock"  # type: ignore[attr-defined]
    redis_client.connection.cache_clear()
    yield
    redis_client.connection.cache_clear()


async def test_health_says_only_that_the_process_answers(async_client: AsyncClient) -> None:
    response = await async_client.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_ready_when_database_redis_and_a_worker_are_there(async_client: AsyncClient) -> None:
    redis_client.connection().set(WORKER_SEEN, "now", ex=30)
    response = await async_client.get("/ready")
    assert response.status_code == 200
    checks = {
        "database": "ok",
        "index_key": "ok",
        "understanding": "ok",
        "redis": "ok",
        "worker": "ok",
        "voice": "unknown",
    }
    assert response.json() == {"status": "ready", "checks": checks}


async def test_not_ready_when_no_worker_was_seen(async_client: AsyncClient) -> None:
    response = await async_client.get("/ready")
    assert response.status_code == 503
    checks = {
        "database": "ok",
        "index_key": "ok",
        "understanding": "ok",
        "redis": "ok",
        "worker": "not seen lately",
        "voice": "unknown",
    }
    assert response.json()["checks"] == checks


async def test_a_sweep_is_the_sign_of_life_of_a_worker(async_client: AsyncClient) -> None:
    from asgiref.sync import sync_to_async

    from support import tasks

    await sync_to_async(tasks.sweep)()
    assert (await async_client.get("/ready")).status_code == 200


async def test_not_ready_without_redis_yet_still_healthy(async_client: AsyncClient, redis_away: None) -> None:
    response = await async_client.get("/ready")
    assert response.status_code == 503
    checks = {
        "database": "ok",
        "index_key": "ok",
        "understanding": "ok",
        "redis": "unreachable",
        "worker": "unknown",
        "voice": "unknown",
    }
    assert response.json()["checks"] == checks
    assert (await async_client.get("/health")).status_code == 200


async def test_answers_are_never_cached(async_client: AsyncClient) -> None:
    for path in ("/health", "/ready"):
        assert (await async_client.get(path))["Cache-Control"] == "no-store"
