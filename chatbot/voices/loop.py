"""One asyncio loop in a thread of its own, and asynchronous generators read from ordinary threads."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from concurrent.futures import TimeoutError as NotInTime
from contextlib import aclosing
from typing import Any, TypeVar

from chatbot.voices.ports import VoiceFault

T = TypeVar("T")
CLOSE_SECONDS = 2.0  # how long whoever closes waits for the other side to be closed
_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def loop() -> asyncio.AbstractEventLoop:
    """The loop of this process, running; started at first use. A forked child gets one of its own."""
    global _loop
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="voices", daemon=True).start()
        return _loop


def _forget() -> None:
    """In a child after a fork: the thread stayed with the parent, and so may the lock have."""
    global _loop, _lock
    _loop, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)


def run_sync(make: Callable[[], Coroutine[Any, Any, T]], seconds: float) -> T:
    """The result of a coroutine that keeps its own deadlines. Raises VoiceFault where it does not end in time."""
    future = asyncio.run_coroutine_threadsafe(make(), loop())
    try:
        return future.result(seconds if seconds < threading.TIMEOUT_MAX else None)
    except NotInTime:
        if future.done():  # its own
            raise
        raise VoiceFault("timeout", "deadline") from None
    finally:
        future.cancel()


def stream_sync(
    make: Callable[[], AsyncGenerator[str, None]],
    pulse_seconds: float = 0.25,
    close_seconds: float = CLOSE_SECONDS,
) -> Generator[str, None, None]:
    """The pieces of what ``make`` makes, as they come; "" whenever none came for ``pulse_seconds``.

    Nothing begins before the first piece is asked for. Closing cancels the other side and waits, ``close_seconds`` at
    most, until it has closed all that it holds. Raises what the other side raises; VoiceFault("cancelled") where
    somebody else cancelled it, for an end that is none must not look like one.
    """
    pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    pump = _Pump(make, pieces)
    running = loop()
    running.call_soon_threadsafe(pump.start)
    try:
        while True:
            try:
                piece = pieces.get(timeout=pulse_seconds)
            except queue.Empty:
                piece = ""
            if piece is None:
                break
            yield piece
    finally:
        if not pump.over.is_set():
            running.call_soon_threadsafe(pump.cancel)
            pump.over.wait(close_seconds)
    if pump.error is not None:
        raise pump.error


class _Pump:
    """Carries pieces from the loop to a queue; None is the end. Its methods run in the loop's thread."""

    def __init__(self, make: Callable[[], AsyncGenerator[str, None]], pieces: queue.SimpleQueue[str | None]) -> None:
        self.over = threading.Event()
        self.error: BaseException | None = None
        self._make, self._pieces = make, pieces
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._carry())
        self._task.add_done_callback(self._done)

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _carry(self) -> None:
        async with aclosing(self._make()) as made:
            async for piece in made:
                self._pieces.put(piece)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.error = VoiceFault("cancelled") if task.cancelled() else task.exception()
        self.over.set()
        self._pieces.put(None)
