"""A private PostgreSQL for a benchmark that means nothing without one, on machines that have it installed."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

STOP_SECONDS = 20


@contextmanager
def private_postgres() -> Iterator[str]:
    """The URL of a server that is gone afterwards; empty where PostgreSQL is not installed."""
    script = settings.BASE_DIR / "scripts" / "with_postgres.sh"
    server = subprocess.Popen(
        [str(script), "sh", "-c", 'echo "$DATABASE_URL"; cat >/dev/null'],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    assert server.stdin and server.stdout  # noqa: S101
    try:
        yield server.stdout.readline().strip()
    finally:
        server.stdin.close()  # ends the command that the server lives for
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()
        server.stdout.close()
