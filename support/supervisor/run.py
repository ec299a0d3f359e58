"""Starts the programs in order, waits until each does its work, and stops them in reverse."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from support.supervisor.child import Child, Program
from support.supervisor.output import Say

READY_WITHIN = 90.0  # seconds for one program; the first start on a slow laptop compiles every module
POLL = 0.1


async def run(programs: Sequence[Program], folder: Path, say: Say, when_ready: Callable[[], None]) -> int:
    """Run until SIGINT or SIGTERM. 0 after a stop that was asked for, 1 when a program never became ready."""
    children = [Child(program, folder, say) for program in programs]
    asked = _signals(children)
    try:
        if late := await _start(children, asked, say):
            say("serve", f"{late} is not ready after {READY_WITHIN:g} s; stopping everything")
            return 1
        if not asked.is_set():
            when_ready()
            await asked.wait()
        return 0
    finally:
        say("serve", "stopping")
        for child in reversed(children):
            await child.stop()
        say("serve", "stopped")


async def _start(children: Sequence[Child], asked: asyncio.Event, say: Say) -> str | None:
    """The name of the program that was never ready, None when all are, or when a stop was asked for meanwhile."""
    waiting: list[Child] = []
    for child in children:
        await child.start()
        say(child.program.name, f"started (process {child.pid})")
        waiting.append(child)
        if child.program.first:
            if late := await _first_late(waiting, asked):
                return late
            waiting.clear()
        if asked.is_set():
            return None
    return await _first_late(waiting, asked)


async def _first_late(children: Sequence[Child], asked: asyncio.Event) -> str | None:
    for child in children:
        if not await _ready(child, asked):
            return None if asked.is_set() else child.program.name
    return None


async def _ready(child: Child, asked: asyncio.Event) -> bool:
    deadline = asyncio.get_running_loop().time() + READY_WITHIN
    while asyncio.get_running_loop().time() < deadline and not asked.is_set():
        if child.pid is not None and await child.program.ready():
            return True
        await asyncio.sleep(POLL)
    return False


def _signals(children: Sequence[Child]) -> asyncio.Event:
    """An event set by the first signal; the second one kills at once."""
    asked = asyncio.Event()

    def heard() -> None:
        if asked.is_set():
            for child in children:
                child.kill()
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, heard)
    return asked
