"""Idle web sockets: the web process's memory for each, and whether all of them open and stay."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable, Sequence

from support.bench.load.sockets import Crowd
from support.bench.processes import BenchError, memory_kib
from support.bench.report import Row, at_most
from support.bench.setup import Setup
from support.bench.stack import Stack, bare, ours

TITLE = "idle web sockets"
KIB_EACH = 60.0
SPARE_FILES = 200
OPENING_SECONDS = 60.0
READY_SECONDS = 15.0
WARM_UP = 50


def run(setup: Setup) -> list[Row]:
    """At each number of sockets, one on top of the other; the twin only stands open."""
    counts = _affordable(setup)
    with ours() as house, bare() as twin:
        plain = dict(asyncio.run(_open_all(twin, counts, setup, silent=True)))
        mine = asyncio.run(_open_all(house, counts, setup, silent=False))
    rows: list[Row] = []
    for count, (kib, failures) in mine:
        rows += [
            at_most(KIB_EACH, f"{count:,} idle sockets: memory each".replace(",", " "), kib, "KiB", plain[count][0]),
            at_most(0, f"{count:,} idle sockets: failures".replace(",", " "), failures, ""),
        ]
    return rows


def _affordable(setup: Setup) -> Sequence[int]:
    """The counts that this process may have files open for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(setup.scale.sockets) + SPARE_FILES
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    for count in setup.scale.sockets:
        if count + SPARE_FILES > max(soft, allowed):
            setup.say(f"sockets: only {max(soft, allowed)} open files are allowed; {count} sockets are left out")
    return [count for count in setup.scale.sockets if count + SPARE_FILES <= max(soft, allowed)]


async def _open_all(
    stack: Stack, counts: Sequence[int], setup: Setup, *, silent: bool
) -> list[tuple[int, tuple[float, int]]]:
    """For each count: KiB a socket, and how many were refused, not greeted, or lost."""
    results, ready = [], 0

    def hear(text: str) -> None:
        nonlocal ready
        ready += '"ready"' in text

    async with Crowd() as crowd:
        await crowd.open(stack.port, _paths(stack, WARM_UP, silent=silent), hear)
        await asyncio.sleep(setup.scale.settle_seconds)
        before, opened = memory_kib(stack.web_pid), len(crowd.sockets)
        for count in counts:
            wanted = opened + count
            paths = _paths(stack, wanted - len(crowd.sockets) - crowd.refused, silent=silent)
            try:
                async with asyncio.timeout(OPENING_SECONDS):
                    await crowd.open(stack.port, paths, hear)
            except TimeoutError as error:
                raise BenchError(f"{count} sockets did not open in {OPENING_SECONDS:g} s") from error
            await _wait_for(lambda: ready >= len(crowd.sockets))
            await asyncio.sleep(setup.scale.settle_seconds)
            stack.check()
            kib = (memory_kib(stack.web_pid) - before) / max(1, len(crowd.sockets) - opened)
            failures = crowd.refused + crowd.lost + (len(crowd.sockets) - ready)
            results.append((count, (kib, failures)))
            setup.say(f"sockets, {'bare' if silent else 'ours'}, {count}: {kib:.1f} KiB each, {failures} failures")
    return results


async def _wait_for(all_ready: Callable[[], bool]) -> None:
    for _ in range(int(READY_SECONDS * 10)):
        if all_ready():
            break
        await asyncio.sleep(0.1)


def _paths(stack: Stack, count: int, *, silent: bool) -> list[str]:
    return ["/ws/silent/"] * count if silent else stack.chat_paths(count)
