"""Real servers for tests: Redis on the socket that the settings name."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis
from django.conf import settings

from support.supervisor import redis_server


@contextmanager
def running_redis() -> Iterator[subprocess.Popen[bytes]]:
    """A private Redis, ready; stopped at the end."""
    server = subprocess.Popen(redis_server.command(settings.REDIS_SOCKET, settings.VAR_DIR))
    try:
        wait_for_redis()
        yield server
    finally:
        server.terminate()
        server.wait(10)


def wait_for_redis(seconds: float = 10.0) -> None:
    """Until it answers. Raises TimeoutError."""
    client = redis.Redis(unix_socket_path=str(settings.REDIS_SOCKET))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            client.ping()
        except redis.RedisError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError("Redis did not come up")
