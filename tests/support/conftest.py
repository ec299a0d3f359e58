"""What tests of the house stand on: a real, private, empty Redis."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _clean_redis(redis_server: None) -> None:
    from support import clock, redis_client

    redis_client.connection().flushall()
    clock.reset()
