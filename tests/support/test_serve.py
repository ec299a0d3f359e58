"""The one command of a laptop, as a person runs it: the real Redis, web server, worker and clock."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.environment import VAR_DIR
from tests.house import free_port
from tests.support.test_supervisor import PATIENCE, ROOT, gone, until, wait_gone

STARTED = re.compile(r"(\w+) +│ started \(process (\d+)\)")
LONG = 90.0  # seconds; a busy machine starts four interpreters


class Installation:
    """A laptop's installation in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        self.env |= {"VAR_DIR": str(folder), "LOG_LEVEL": "INFO", "PORT": str(self.port)}
        self.log = folder / "serve.log"

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)

    def serve(self) -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", "serve", "--migrate"]
        with self.log.open("w") as out:
            return subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=out, stderr=out, text=True)

    def bring_models(self) -> None:
        """What is trained already need not be trained here."""
        if (trained := VAR_DIR / "models").is_dir():
            shutil.copytree(trained, self.folder / "models")

    @property
    def printed(self) -> str:
        return self.log.read_text()

    def wait_until_printed(self, words: str, seconds: float = LONG) -> None:
        until(lambda: [words] if words in self.printed else [], f"{words!r} in {self.printed[-2000:]}", seconds)

    def pids(self) -> dict[str, int]:
        return {name: int(pid) for name, pid in STARTED.findall(self.printed)}

    def ready(self) -> dict[str, object]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path)
    yield installation
    for pid in installation.pids().values() if installation.log.exists() else ():
        if not gone(pid):
            os.kill(pid, signal.SIGKILL)


def test_it_starts_everything_says_where_to_click_and_stops_without_a_trace(laptop: Installation) -> None:
    assert laptop.manage("migrate", "-v0").returncode == 0
    assert laptop.manage("seed").returncode == 0
    process = laptop.serve()
    try:
        laptop.wait_until_printed("Akwaba is ready")
        checks = {
            "database": "ok",
            "index_key": "ok",
            "understanding": "ok",
            "redis": "ok",
            "worker": "ok",
            "voice": "template",
        }
        assert laptop.ready() == {"status": "ready", "checks": checks}
        assert set(laptop.pids()) == {"redis", "web", "worker", "beat"}
        laptop.wait_until_printed("Ctrl-C stops everything")
        assert f"http://127.0.0.1:{laptop.port}/admin/" in laptop.printed
        for name in ("awa", "koffi", "mariam", "admin"):
            assert re.search(rf"^ +{name} +\S+ +(agent|supervisor|superuser)$", laptop.printed, re.MULTILINE)

        second = laptop.manage("serve")
        assert second.returncode != 0
        assert f"already runs in {laptop.folder}" in second.stderr

        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
    assert all(gone(pid) for pid in laptop.pids().values())
    assert laptop.printed.rstrip().endswith("stopped")


def test_redis_comes_back_and_nothing_outlives_the_supervisor(laptop: Installation) -> None:
    laptop.bring_models()
    process = laptop.serve()
    try:
        laptop.wait_until_printed("Akwaba is ready")
        os.kill(laptop.pids()["redis"], signal.SIGKILL)
        laptop.wait_until_printed("redis  │ ended with SIGKILL; starting it again")
        until(lambda: ["ready"] if laptop.ready()["status"] == "ready" else [], "ready again", LONG)
    finally:
        process.kill()
        process.wait()
    for pid in laptop.pids().values():
        wait_gone(pid)
    with socket.socket() as port:
        port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port.bind(("127.0.0.1", laptop.port))


def test_redis_listens_on_no_port_and_to_no_other_user(laptop: Installation) -> None:
    process = laptop.serve()
    try:
        until(lambda: ["up"] if "redis" in laptop.pids() else [], "redis", LONG)
        sock = laptop.folder / "redis.sock"
        until(lambda: ["up"] if sock.exists() else [], "the socket", PATIENCE)
        assert sock.stat().st_mode & 0o077 == 0
        inodes = {str(f.readlink()) for f in Path(f"/proc/{laptop.pids()['redis']}/fd").iterdir() if f.is_symlink()}
        listening = [
            line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()
        ]
        assert not [row for row in listening if len(row) > 9 and row[3] == "0A" and f"socket:[{row[9]}]" in inodes]
    finally:
        process.terminate()
        process.wait(60)
