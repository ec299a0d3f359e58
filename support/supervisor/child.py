"""One process kept alive: started, its lines passed on, started again when it dies, stopped when asked."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from support.supervisor.orphans import die_with
from support.supervisor.output import Say, lines

FIRST_DELAY, LONGEST_DELAY = 0.5, 15.0  # seconds between a death and the next start
SETTLED = 30.0  # seconds a process must live for its next death to count as the first


@dataclass(frozen=True, slots=True)
class Program:
    """What to run.

    ``ready`` answers whether it does its work; ``first`` keeps the programs after it waiting until then. ``grace`` is
    the seconds from SIGTERM to SIGKILL. ``died`` is told the id of a process that ended.
    """

    name: str
    argv: tuple[str, ...]
    ready: Callable[[], Awaitable[bool]]
    first: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    grace: float = 5.0
    died: Callable[[int], None] = lambda pid: None


class Child:
    """A running ``Program``. ``start`` once, then ``stop`` once; in between it is restarted as often as it takes."""

    def __init__(self, program: Program, folder: Path, say: Say) -> None:
        self.program = program
        self.folder = folder
        self.say = say
        self.restarts = 0
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The process's id, None while there is none."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start the process and keep it. Raises OSError when the program cannot be run at all."""
        self._process = await self._spawn()
        self._keeper = asyncio.create_task(self._keep(self._process), name=f"keep {self.program.name}")

    async def stop(self) -> None:
        """SIGTERM, wait ``grace`` seconds, then SIGKILL to its whole process group."""
        self._stopping.set()
        if self._keeper is None:
            return
        self._signal(signal.SIGTERM)
        done, _ = await asyncio.wait({self._keeper}, timeout=self.program.grace)
        if not done:
            self.say(self.program.name, f"did not stop within {self.program.grace:g} s: killed")
            self._signal(signal.SIGKILL)
        await self._keeper

    def kill(self) -> None:
        """SIGKILL now, for a person who pressed Ctrl-C twice."""
        self._stopping.set()
        self._signal(signal.SIGKILL)

    async def _spawn(self) -> asyncio.subprocess.Process:
        read_end, write_end = os.pipe()  # not asyncio's PIPE: its wait() waits for every heir of the pipe, too
        try:
            process = await asyncio.create_subprocess_exec(
                *self.program.argv,
                cwd=self.folder,
                env={**os.environ, **self.program.env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops the others in order
                preexec_fn=die_with(os.getpid()),
            )
        except OSError:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        self._reading = asyncio.create_task(self._read(read_end), name=f"read {self.program.name}")
        return process

    async def _keep(self, process: asyncio.subprocess.Process) -> None:
        delay = FIRST_DELAY
        while True:
            started = time.monotonic()
            await self._follow(process)
            if self._stopping.is_set():
                return
            delay = FIRST_DELAY if time.monotonic() - started > SETTLED else delay
            self.say(self.program.name, f"ended with {_cause(process.returncode)}; starting it again in {delay:g} s")
            if await self._stopped_within(delay):
                return
            delay = min(delay * 2, LONGEST_DELAY)
            self.restarts += 1
            process = self._process = await self._spawn_again()
            if self._stopping.is_set():  # asked while the new process was being made
                self._signal(signal.SIGTERM)

    async def _spawn_again(self) -> asyncio.subprocess.Process:
        """Like ``_spawn``, on a machine that may be out of memory or of processes for a moment."""
        while True:
            try:
                return await self._spawn()
            except OSError as error:
                self.say(self.program.name, f"could not be started ({error.strerror}); trying again")
                await asyncio.sleep(LONGEST_DELAY)

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        """Wait until the process has ended and its last lines are passed on; what it started itself ends with it."""
        await process.wait()
        _signal_group(process.pid, signal.SIGKILL)
        if self._reading is not None:
            await asyncio.wait({self._reading}, timeout=1)
            self._reading.cancel()
        self.program.died(process.pid)

    async def _read(self, read_end: int) -> None:
        reader = asyncio.StreamReader()
        with os.fdopen(read_end, "rb") as pipe:
            transport, _ = await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(reader), pipe
            )
            try:
                async for line in lines(reader):
                    self.say(self.program.name, line)
            finally:
                transport.close()

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._stopping.wait()
        except TimeoutError:
            return False

    def _signal(self, number: signal.Signals) -> None:
        if (pid := self.pid) is None:
            return
        if number is signal.SIGKILL:
            _signal_group(pid, number)
        else:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _cause(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"status {code}"
