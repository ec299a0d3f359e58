"""The whole house, really running: `manage.py serve` on the test database and Redis, for tests from outside."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


@dataclass(frozen=True)
class House:
    """A running house. ``url`` has no slash at its end; the test process sees its database through the models."""

    url: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    env: Mapping[str, str]

    @property
    def socket_url(self) -> str:
        """Base of its web sockets."""
        return self.url.replace("http", "ws", 1)

    def children(self, words: str) -> list[int]:
        """Process ids of the supervisor's children whose command line contains ``words``."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                status = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except (OSError, IndexError):
                continue
            if int(status[1]) == self.process.pid and words in line:
                found.append(int(entry.name))
        return found

    def kill(self, words: str) -> int:
        """Kill -9 the first child whose command line contains ``words``; returns its process id."""
        pid = self.children(words)[0]
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        """Until /ready says so. Raises TimeoutError with the end of the log."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/ready", timeout=2, trust_env=False).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise TimeoutError(f"the house did not come up:\n{self.log.read_text()[-3000:]}")


@contextmanager
def running_house(log: Path, **env: str) -> Iterator[House]:
    """Start everything, wait until it is ready, stop everything at the end. The test database must exist by now."""
    port = free_port()
    environment = _environment(port, env)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    house = House(f"http://127.0.0.1:{port}", port, process, log, environment)
    try:
        house.wait_until_ready()
        yield house
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def free_port() -> int:
    """A TCP port nobody listens on, below those that outgoing connections are given and could take meanwhile."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def database_of_the_tests() -> dict[str, str]:
    """The environment of a process that is to work on the test database and Redis."""
    database = settings.DATABASES["default"]
    env = {"REDIS_URL": settings.REDIS_URL, "ALLOWED_HOSTS": "127.0.0.1,localhost"}
    if connection.vendor == "sqlite":
        return {**env, "SQLITE_FILE": Path(database["NAME"]).name}
    user, password = quote(database["USER"]), quote(database["PASSWORD"])
    where = quote(database["HOST"], safe="")
    return {**env, "DATABASE_URL": f"postgresql://{user}:{password}@{where}:{database['PORT']}/{database['NAME']}"}


def _environment(port: int, more: Mapping[str, str]) -> dict[str, str]:
    env = {**os.environ, **database_of_the_tests(), "PORT": str(port), "HOST": "127.0.0.1", "SIMULATOR": "1"}
    return {**env, **more}
