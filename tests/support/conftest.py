"""What tests of the house stand on: a real, private, empty Redis, and nothing remembered."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _clean_redis(redis_server: None) -> None:
    from support import clock, recent, redis_client

    redis_client.connection().flushall()
    clock.reset()
    recent.forget()
