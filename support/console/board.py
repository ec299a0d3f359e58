"""The live queue, held once per web process: read as cases change, and told to every page that follows it.

Were each page to read the queue for itself, fifty agents and five hundred cases would be twenty-five thousand rows a
doorbell. Here a doorbell is one look at the cases that rang, each row is put into JSON once, and a page only gets what
changed since the version it has seen. Rows are the same for everybody: all staff of the desk see all cases. Filtering
is therefore left to the page: every filter's count is then right at once, the sound and the title tell of all that
concerns a person whatever they filter by, and one frame serves everybody.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import structlog
from channels.layers import get_channel_layer
from django.db import DatabaseError

from support.console import rows
from support.models import Status
from support.threads import run_in_db_thread
from support.transports.web import events

log = structlog.get_logger(__name__)
LISTEN_SECONDS = 2.0
GATHER_SECONDS = 0.05  # doorbells of one burst are one look
RECONCILE_SECONDS = 5.0  # heals what a lost doorbell would have told
REREAD_SECONDS = 120.0  # renews what no mark tells: names
MANY = 200  # so many doorbells at once are cheaper answered by looking at everything
GONE_KEPT = 2_000  # departures remembered; a page that missed more starts anew


class Follower(Protocol):
    """An open page: of the queue, or of one ``case``."""

    case: uuid.UUID | None

    def wake(self) -> None:
        """The board has changed."""

    async def relay(self, message: Mapping[str, Any]) -> None:
        """An event for all pages of the console, or that the page's own case has changed."""


@dataclass(slots=True)
class Line:
    """A row, its JSON, and the version of the board that brought it."""

    row: rows.Row
    text: str
    version: int


class Board:
    """The open cases as this process last saw them, in one event loop: kept fresh as long as somebody follows them.

    What it has read stays when the last page leaves, and the next one waits for a look at the marks, not for every row.
    """

    def __init__(self) -> None:
        self.version = 0
        self.waiting = 0  # open cases that nobody has
        self._asking: Counter[int] = Counter()  # by agent: open cases in which the customer waits
        self._lines: dict[str, Line] = {}
        self._gone: dict[str, int] = {}
        self._oldest_known = 0  # departures are remembered from this version on
        self._marks: dict[str, rows.Mark] = {}
        self._rung: set[uuid.UUID] = set()
        self._bell = asyncio.Event()
        self._listening = asyncio.Event()
        self._read_at = float("-inf")  # when every row was last read, by the monotonic clock
        self.loaded = False  # whether the queue has been looked at since the first page came
        self._followers: set[Follower] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._frames: dict[int, str] = {}

    def follow(self, follower: Follower) -> None:
        """Wake ``follower`` from now on, until it leaves. The first one starts the board."""
        self._followers.add(follower)
        if not self._tasks:
            self._listening.clear()
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._keep_fresh())]

    def leave(self, follower: Follower) -> None:
        """Wake it no more. The last one stops the board."""
        self._followers.discard(follower)
        if not self._followers and self._tasks:
            for task in self._tasks:
                task.cancel()
            self._tasks, self.loaded = [], False

    def news(self, seen: int | None, me: int) -> tuple[int | None, str | None]:
        """What a page that has seen version ``seen`` is to be sent, as JSON, and the version it then has seen.

        None for a page that is up to date, or while nothing has been read yet.
        """
        if not self.loaded or seen == self.version:
            return seen, None
        if seen is None or seen < self._oldest_known:
            texts = ",".join(line.text for line in self._lines.values())
            return self.version, f'{{"type":"queue","me":{me},"rows":[{texts}]}}'
        if seen not in self._frames:
            fresh = ",".join(line.text for line in self._lines.values() if line.version > seen)
            gone = json.dumps([name for name, version in self._gone.items() if version > seen])
            self._frames[seen] = f'{{"type":"rows","rows":[{fresh}],"gone":{gone}}}'
        return self.version, self._frames[seen]

    def asking(self, me: int) -> int:
        """In how many of a person's own cases the customer waits for an answer."""
        return self._asking[me]

    async def _listen(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        try:
            await layer.group_add(events.CONSOLE_GROUP, channel)
            self._listening.set()
            while True:
                await self._hear(await layer.receive(channel))
        finally:
            await layer.group_discard(events.CONSOLE_GROUP, channel)

    async def _hear(self, message: Mapping[str, Any]) -> None:
        """A case that changed is the board's to look at, and its own pages'; all else is for every page."""
        event = json.loads(message["text"])
        case = uuid.UUID(event["conversation"]) if event["type"] == "changed" else None
        if case:
            self._rung.add(case)
            self._bell.set()
        concerned = [follower for follower in self._followers if case is None or follower.case == case]
        # One page's line that breaks must not make the others deaf.
        outcomes = await asyncio.gather(*(each.relay(message) for each in concerned), return_exceptions=True)
        if failures := [type(each).__name__ for each in outcomes if isinstance(each, Exception)]:
            log.warning("board_relay_failed", errors=failures)

    async def _keep_fresh(self) -> None:
        with contextlib.suppress(TimeoutError):  # Redis away: the queue is read all the same
            await asyncio.wait_for(self._listening.wait(), LISTEN_SECONDS)
        looked_at = float("-inf")
        while asyncio.current_task() in self._tasks:  # wait_for may swallow the cancelling of a task (CPython < 3.12)
            self._bell.clear()
            rung, self._rung = self._rung, set()
            now = time.monotonic()
            whole = self.loaded and now - self._read_at >= REREAD_SECONDS  # but nobody waits for names
            try:
                if whole or now - looked_at >= RECONCILE_SECONDS or len(rung) > MANY:
                    if await self._look_at_all(again=whole):
                        self._read_at = now
                    looked_at = now
                elif rung:
                    self._put(await run_in_db_thread(rows.read_marked, rung), {str(each) for each in rung})
            except DatabaseError as error:
                log.warning("board_look_failed", error=type(error).__name__)
                looked_at = now + 1.0 - RECONCILE_SECONDS  # nothing is lost: the next look is at everything
            await asyncio.sleep(GATHER_SECONDS)
            try:
                await asyncio.wait_for(self._bell.wait(), max(0.05, looked_at + RECONCILE_SECONDS - time.monotonic()))
            except TimeoutError:
                continue

    async def _look_at_all(self, *, again: bool) -> bool:
        """Compare every case's mark with the one known; read the rows that differ, or all of them ``again``.

        Whether all of them were read.
        """
        marks = await run_in_db_thread(rows.marks)
        stale = {name for name, mark in marks.items() if again or self._marks.get(name) != mark}
        left = self._lines.keys() - marks.keys()
        found = await run_in_db_thread(rows.read_marked, [uuid.UUID(name) for name in stale]) if stale else []
        self._put(found, stale | left)
        return len(stale) == len(marks)

    def _put(self, found: Iterable[tuple[rows.Row, rows.Mark]], looked_for: Iterable[str]) -> None:
        """Take in what was found of the cases ``looked_for``: those not found have left the queue."""
        version = self.version + 1
        rows_found = {row["id"]: (row, mark) for row, mark in found}
        changed = False
        for name in looked_for:
            (row, mark), line = rows_found.get(name, (None, ())), self._lines.get(name)
            self._marks[name] = mark
            if row is None:
                del self._marks[name]
                if line is not None:
                    del self._lines[name]
                    self._gone[name], changed = version, True
            elif line is None or line.row != row:
                self._lines[name] = Line(row, events.encode(row), version)
                self._gone.pop(name, None)
                changed = True
        if changed or not self.loaded:
            self._turn_to(version)

    def _turn_to(self, version: int) -> None:
        self.version, self._frames = version, {}
        if len(self._gone) > GONE_KEPT:
            self._gone, self._oldest_known = {}, version
        standing = [line.row for line in self._lines.values() if line.row["status"] == Status.OPEN]
        self.waiting = sum(1 for row in standing if row["agent"] is None)
        self._asking = Counter(row["agent"]["id"] for row in standing if row["agent"] and row["waits"])
        self.loaded = True
        for follower in list(self._followers):
            follower.wake()


_boards: WeakKeyDictionary[asyncio.AbstractEventLoop, Board] = WeakKeyDictionary()


def of_this_process() -> Board:
    """The board of the running event loop, of which a web process has one."""
    loop = asyncio.get_running_loop()
    if loop not in _boards:
        _boards[loop] = Board()
    return _boards[loop]
