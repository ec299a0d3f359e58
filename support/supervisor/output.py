"""One terminal for many processes: every line says who wrote it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from typing import TextIO

Say = Callable[[str, str], None]
LONGEST_LINE = 64 * 1024  # bytes; a longer one is cut into several
COLOURS = (36, 33, 35, 32, 34)


def printer(stream: TextIO = sys.stdout) -> Say:
    """A function ``say(name, line)`` that writes ``name   │ line``, each name in a colour of its own on a terminal."""
    colours: dict[str, int] = {}

    def say(name: str, line: str) -> None:
        label = f"{name:<7}│"
        if stream.isatty():
            colour = colours.setdefault(name, COLOURS[len(colours) % len(COLOURS)])
            label = f"\x1b[{colour}m{label}\x1b[0m"
        try:
            stream.write(f"{label} {line}\n")
            stream.flush()
        except (OSError, ValueError):
            return  # the reader is gone (`make run | head`); the processes go on, and are stopped in order

    return say


async def lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """The lines of ``stream`` until its end, decoded whatever they hold."""
    pending = b""
    while chunk := await stream.read(LONGEST_LINE):
        *whole, pending = (pending + chunk).split(b"\n")
        if len(pending) > LONGEST_LINE:
            whole, pending = [*whole, pending], b""
        for line in whole:
            yield line.decode(errors="replace").rstrip("\r")
    if pending:
        yield pending.decode(errors="replace")
