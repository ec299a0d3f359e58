"""Run as a process by ``test_supervisor``: supervises two tiny programs, so that the test can kill any of them."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from support.supervisor.child import Program
from support.supervisor.output import printer
from support.supervisor.run import run

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)
POLITE = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), sys.exit(0)));"
POLITE += "print('up', flush=True); time.sleep(600)"
PARENT = "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
PARENT += "print('grandchild', p.pid, flush=True); time.sleep(600)"


async def _at_once() -> bool:
    return True


async def _never() -> bool:
    return False


def program(name: str, code: str, grace: float = 5.0) -> Program:
    return Program(name, (sys.executable, "-c", code), _at_once, grace=grace)


SCENES = {
    "two": lambda: [program("first", POLITE), program("second", POLITE)],
    "stubborn": lambda: [program("first", POLITE), program("second", STUBBORN, grace=0.5)],
    "parent": lambda: [program("first", PARENT)],
    "crashing": lambda: [program("first", "raise SystemExit(3)")],
    "long line": lambda: [program("first", "print('x' * 300_000, flush=True); import time; time.sleep(600)")],
}

if __name__ == "__main__":
    say = printer()
    sys.exit(asyncio.run(run(SCENES[sys.argv[1]](), Path.cwd(), say, lambda: say("serve", "all ready"))))
