"""The supervisor over real processes: what dies comes back, what is stopped is gone, and nothing is left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0  # seconds until a test gives up; none waits this long when all is well


class Scene:
    """A supervisor at work, and what it has printed so far."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def printed(self) -> str:
        return self._log.read_text()

    def wait_for(self, pattern: str, times: int = 1) -> list[str]:
        return until(lambda: found if len(found := re.findall(pattern, self.printed)) >= times else [], pattern)

    def pid_of(self, name: str) -> int:
        return int(self.wait_for(rf"{name} +│ started \(process (\d+)\)")[0])


def until(look: Callable[[], list[str]], what: str, seconds: float = PATIENCE) -> list[str]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"never seen: {what}")


def gone(pid: int) -> bool:
    """Whether no such process runs; one that only waits to be collected by its parent no longer runs.

    Its first thread may be dead (Z) while others still die, and hold its ports and files until they have.
    """
    process = Path(f"/proc/{pid}")
    try:
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        threads = len(list((process / "task").iterdir()))
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX" and threads <= 1


def wait_gone(pid: int) -> None:
    until(lambda: ["gone"] if gone(pid) else [], f"the end of process {pid}")


@contextmanager
def scene(name: str, tmp_path: Path) -> Iterator[Scene]:
    log = tmp_path / "log"
    with log.open("w") as out:
        command = [sys.executable, "-m", "tests.support.supervised", name]
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out, text=True)
    try:
        yield Scene(process, log)
    finally:
        process.kill()
        process.wait()


def test_it_says_who_wrote_each_line_and_when_all_are_ready(tmp_path: Path) -> None:
    with scene("two", tmp_path) as supervisor:
        supervisor.wait_for("serve +│ all ready")
        supervisor.wait_for("first +│ up")
        supervisor.wait_for("second +│ up")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_stops_all_in_reverse_and_leaves_with_status_0(tmp_path: Path, number: signal.Signals) -> None:
    with scene("two", tmp_path) as supervisor:
        pids = [supervisor.pid_of(name) for name in ("first", "second")]
        supervisor.wait_for("│ up", times=2)
        supervisor.process.send_signal(number)
        assert supervisor.process.wait(PATIENCE) == 0
        assert all(gone(pid) for pid in pids)
        assert re.findall(r"(\w+) +│ bye", supervisor.printed) == ["second", "first"]


def test_it_kills_what_does_not_stop(tmp_path: Path) -> None:
    with scene("stubborn", tmp_path) as supervisor:
        pid = supervisor.pid_of("second")
        supervisor.wait_for("│ up", times=2)
        supervisor.process.terminate()
        assert supervisor.process.wait(PATIENCE) == 0
        assert gone(pid)
        assert "did not stop within 0.5 s: killed" in supervisor.printed


def test_a_killed_child_is_started_again(tmp_path: Path) -> None:
    with scene("two", tmp_path) as supervisor:
        supervisor.wait_for("first +│ up")
        os.kill(supervisor.pid_of("first"), signal.SIGKILL)
        supervisor.wait_for("first +│ ended with SIGKILL; starting it again")
        supervisor.wait_for("first +│ up", times=2)


def test_a_child_that_keeps_dying_is_started_less_and_less_often(tmp_path: Path) -> None:
    with scene("crashing", tmp_path) as supervisor:
        delays = supervisor.wait_for(r"ended with status 3; starting it again in ([\d.]+) s", times=3)
        assert [float(delay) for delay in delays[:3]] == [0.5, 1.0, 2.0]


def test_no_orphan_is_left_when_the_supervisor_itself_is_killed(tmp_path: Path) -> None:
    with scene("two", tmp_path) as supervisor:
        pids = [supervisor.pid_of(name) for name in ("first", "second")]
        supervisor.wait_for("all ready")
        supervisor.process.kill()
        for pid in pids:
            wait_gone(pid)


def test_what_a_child_started_goes_with_it(tmp_path: Path) -> None:
    with scene("parent", tmp_path) as supervisor:
        grandchild = int(supervisor.wait_for(r"grandchild (\d+)")[0])
        supervisor.process.terminate()
        assert supervisor.process.wait(PATIENCE) == 0
        wait_gone(grandchild)


def test_an_endless_line_is_cut_and_breaks_nothing(tmp_path: Path) -> None:
    with scene("long line", tmp_path) as supervisor:
        supervisor.wait_for("x{100}", times=3)
        supervisor.process.terminate()
        assert supervisor.process.wait(PATIENCE) == 0


def test_a_second_signal_does_not_wait_for_the_stubborn(tmp_path: Path) -> None:
    with scene("stubborn", tmp_path) as supervisor:
        supervisor.wait_for("│ up", times=2)
        supervisor.process.terminate()
        supervisor.wait_for("serve +│ stopping")
        supervisor.process.terminate()
        assert supervisor.process.wait(PATIENCE) == 0
