"""What an installation is made of, as command lines; a server runs the same ones, one to a container."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import redis
from django.conf import settings
from prometheus_client.multiprocess import mark_process_dead

from support.insight.signs import WORKER_SEEN
from support.supervisor import redis_server
from support.supervisor.child import Program

LARGEST_FRAME = 128 * 1024  # bytes; twice the contract's limit, so that the consumer can answer the error itself
QUEUES = "turns,delivery,housekeeping"
PROBE_SECONDS = 2.0
CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "support")


def web_command(host: str, port: int) -> tuple[str, ...]:
    """Daphne. Silent about requests (-v 0): ``insight.watch`` logs them, without the tokens of query strings."""
    return (
        *(sys.executable, "-m", "daphne", "-b", host, "-p", str(port), "-v", "0", "--no-server-name"),
        *("--http-timeout", "60", "--ping-interval", "20", "--ping-timeout", "30", "--websocket_connect_timeout", "10"),
        *("--websocket-max-message-size", str(LARGEST_FRAME), "--websocket-max-frame-size", str(LARGEST_FRAME)),
        "support.asgi:application",
    )


def worker_command(queues: str = QUEUES, threads: int = 16) -> tuple[str, ...]:
    """One Celery worker of threads: a turn waits far more than it computes."""
    options = ("--pool", "threads", "--concurrency", str(threads), "-Q", queues, "--without-gossip", "--without-mingle")
    return (*CELERY, "worker", *options)


def beat_command(schedule: Path) -> tuple[str, ...]:
    """The clock that rings for the sweeper."""
    return (*CELERY, "beat", "--schedule", str(schedule))


def all_programs(host: str, port: int) -> list[Program]:
    """Every program of a small installation, in the order to start them."""
    metrics = _metrics_folder(settings.VAR_DIR / "metrics")
    env = {
        "HOST": host,
        "PORT": str(port),
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "LOG_FORMAT": settings.LOG_FORMAT,
        "PYTHONUNBUFFERED": "1",
    }
    port_check = _Port(host, port)

    def forget(pid: int) -> None:
        mark_process_dead(pid, str(metrics))

    programs = [
        Program("web", web_command(host, port), port_check.answers, env=env, grace=8, died=forget),
        Program("worker", worker_command(), _started, env=env, grace=20, died=forget),
        Program("beat", beat_command(settings.VAR_DIR / "beat-schedule"), port_check.is_ready, env=env),
    ]
    if settings.EMBEDDED_REDIS:
        argv = redis_server.command(settings.REDIS_SOCKET, settings.VAR_DIR)
        programs.insert(0, Program("redis", argv, _redis_answers, first=True))
    return programs


def _metrics_folder(folder: Path) -> Path:
    """Emptied at each start: the counters of processes long gone would be added to those of today."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


async def _started() -> bool:
    return True  # a worker is known to work by ``beat``: the first task it rings for leaves a mark


async def _redis_answers() -> bool:
    return await asyncio.to_thread(_ping, settings.REDIS_URL)


def _ping(url: str) -> bool:
    with contextlib.closing(redis.Redis.from_url(url, socket_timeout=PROBE_SECONDS)) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def _worker_seen(url: str) -> bool:
    with contextlib.closing(redis.Redis.from_url(url, socket_timeout=PROBE_SECONDS)) as client:
        try:
            return bool(client.exists(WORKER_SEEN))
        except redis.RedisError:
            return False


class _Port:
    """What the web process says of itself and of the others."""

    def __init__(self, host: str, port: int) -> None:
        self.host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  compared, not listened on
        self.port = port

    async def answers(self) -> bool:
        return await asyncio.to_thread(self._get, "/health") is not None

    async def is_ready(self) -> bool:
        """Asked only once a worker has left its mark: until then the answer is known, and would fill the log."""
        if not await asyncio.to_thread(_worker_seen, settings.REDIS_URL):
            return False
        return (await asyncio.to_thread(self._get, "/ready") or {}).get("status") == "ready"

    def _get(self, path: str) -> Mapping[str, object] | None:
        """The JSON object at ``path``, None while there is none to be had."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PROBE_SECONDS)
        try:
            connection.request("GET", path, headers={"Host": _known_host()})
            body = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()
        return body if isinstance(body, dict) else None


def _known_host() -> str:
    """A host name that Django will accept."""
    return next((host for host in settings.ALLOWED_HOSTS if host != "*" and not host.startswith(".")), "localhost")
