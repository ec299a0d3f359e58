"""Processes of a private stack: started with a log of their own, watched, measured, and always stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from support.supervisor.orphans import die_with

START_SECONDS = 40.0
STOP_SECONDS = 8.0
TAIL = 1_500  # characters of a log worth showing


class BenchError(Exception):
    """A benchmark cannot go on; the text says why."""


class Process:
    """A running command. ``log`` is the file it writes to."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], folder: Path, log: Path) -> None:
        self.log = log
        with log.open("ab") as out:
            self._popen = subprocess.Popen(
                argv, env=dict(env), cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, preexec_fn=die_with(os.getpid()),  # noqa: PLW1509  no thread runs yet
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._popen.pid

    def check(self) -> None:
        """Raises BenchError when it has ended."""
        if (status := self._popen.poll()) is not None:
            raise BenchError(f"{self.log.stem} ended with status {status}:\n{self.tail()}")

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-TAIL:]

    def stop(self) -> None:
        """SIGTERM, a few seconds, then SIGKILL to the whole group."""
        with suppress(ProcessLookupError):
            self._popen.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(STOP_SECONDS)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()


@contextmanager
def running(argv: Sequence[str], env: Mapping[str, str], folder: Path, log: Path) -> Iterator[Process]:
    """A process for as long as the block lasts."""
    process = Process(argv, env, folder, log)
    try:
        yield process
    finally:
        process.stop()


def wait_until(true: Callable[[], bool], process: Process, what: str) -> None:
    """Raises BenchError when ``process`` dies first, or when ``what`` takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not true():
        process.check()
        if time.monotonic() > deadline:
            raise BenchError(f"{what} was not ready after {START_SECONDS:g} s:\n{process.tail()}")
        time.sleep(0.05)


def run_to_end(argv: Sequence[str], env: Mapping[str, str], folder: Path) -> None:
    """Run a short command. Raises BenchError with what it wrote when it fails."""
    done = subprocess.run(argv, env=dict(env), cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(argv[-3:])} failed:\n{(done.stdout + done.stderr)[-TAIL:]}")


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether someone answers on a port of the loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(url: str) -> bool:
    """Whether a GET is answered 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 an address of this machine
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def memory_kib(pid: int) -> int:
    """Resident memory of a process in KiB, shared pages counted in part where the system can tell (PSS), else RSS."""
    rollup = Path(f"/proc/{pid}/smaps_rollup")
    if rollup.exists():
        line = next(line for line in rollup.read_text().splitlines() if line.startswith("Pss:"))
        return int(line.split()[1])
    listed = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)  # noqa: S607
    return int(listed.stdout)
