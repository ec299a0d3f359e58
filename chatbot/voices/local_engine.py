"""Writes several replies at once in one thread: they join and leave between two tokens (continuous batching)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import Protocol

from chatbot.voices.local_guide import Guide
from chatbot.voices.local_text import Scribe
from chatbot.voices.ports import VoiceFault

AGAIN = -1  # instead of a token: the words of the present act are taken back and begun anew
ROWS = 16  # replies written at once
WAITING = 32  # and so many may wait for a place; past that the template speaks


class Rows(Protocol):
    """Replies being written by the same weights; a row is named by its place, ``leave`` moves the last one into it."""

    def join(
        self, prompts: Sequence[Sequence[int]], seeds: Sequence[int], guides: Sequence[Guide | None] = ()
    ) -> list[int]:
        """New rows at the end, each held to its guide if it has one; the first token of each."""
        ...

    def step(self) -> list[int]:
        """The next token of every row, in order; AGAIN where an act is begun anew."""
        ...

    def leave(self, place: int) -> None: ...

    def clear(self) -> None:
        """Forget all rows, after a pass that failed half-way."""
        ...


@dataclass(eq=False, slots=True)
class Job:
    """One reply to write. ``out`` brings pieces, then None, or a VoiceFault. Set ``cancelled`` to stop it."""

    prompt: Sequence[int]
    seed: int
    adapter: str
    scribe: Scribe
    guide: Guide | None = None
    out: SimpleQueue[str | VoiceFault | None] = field(default_factory=SimpleQueue)
    cancelled: bool = False
    written: int = 0


@dataclass(slots=True)
class Counts:
    """Since the start: tokens written, replies that ended, that were stopped, that asked for an adapter not there."""

    tokens: int = 0
    ended: int = 0
    cancelled: int = 0
    unknown_adapters: int = 0


class Engine:
    """``submit`` from any thread. The writing thread starts with the first job, so after any fork."""

    def __init__(
        self,
        rows: Mapping[str, Rows],
        ends: frozenset[int],
        most_new: int,
    ) -> None:
        """``ends``: tokens after which a reply is over; past ``most_new`` of them it is truncated."""
        self._rows, self._ends, self._most_new = rows, ends, most_new
        self._jobs: dict[str, list[Job]] = {adapter: [] for adapter in rows}
        self._waiting: deque[Job] = deque()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self.counts = Counts()

    def submit(self, job: Job) -> None:
        """Raises VoiceFault("unavailable") where too many wait already."""
        with self._news:
            if len(self._waiting) >= WAITING:
                raise VoiceFault("unavailable", "too many replies at once")
            self._waiting.append(job)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="local-voice", daemon=True)
                self._thread.start()
            self._news.notify()

    def _run(self) -> None:
        while True:
            self._admit(self._next())
            for adapter, jobs in self._jobs.items():
                if jobs:
                    self._hand_out(adapter, self._rows[adapter].step)

    def _next(self) -> list[Job]:
        """Who may join now; waits while there is nothing at all to do."""
        with self._news:
            writing = sum(map(len, self._jobs.values()))
            while not writing and not self._waiting:
                self._news.wait()
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), ROWS - writing))]

    def _admit(self, arrived: Sequence[Job]) -> None:
        for adapter in {job.adapter: None for job in arrived}:
            joining = [job for job in arrived if job.adapter == adapter and not self._dropped(job)]
            if not joining:
                continue
            self._jobs[adapter].extend(joining)
            prompts, seeds = [job.prompt for job in joining], [job.seed for job in joining]
            guides = [job.guide for job in joining]
            self._hand_out(adapter, partial(self._rows[adapter].join, prompts, seeds, guides))

    def _hand_out(self, adapter: str, write: Callable[[], list[int]]) -> None:
        """What one pass wrote, to the last rows of these weights. Where it failed, all their replies fail."""
        jobs = self._jobs[adapter]
        try:
            tokens = write()
        except (RuntimeError, ValueError, IndexError) as error:  # torch's own: out of memory, a shape
            self._rows[adapter].clear()
            for job in jobs:
                job.out.put(VoiceFault("server", type(error).__name__))
            jobs.clear()
            return
        first = len(jobs) - len(tokens)
        for place in reversed(range(first, len(jobs))):  # from the end: who leaves gives way to the last
            if self._finished(jobs[place], tokens[place - first]):
                self._rows[adapter].leave(place)
                jobs[place] = jobs[-1]
                jobs.pop()

    def _finished(self, job: Job, token: int) -> bool:
        """Whether a reply is over with this token."""
        if self._dropped(job):
            return True
        job.written += 1
        if token == AGAIN:
            job.scribe.rest()  # nobody has read it
            return self._too_long(job)
        self.counts.tokens += 1
        if token in self._ends:
            job.out.put(job.scribe.rest())
            job.out.put(None)
            self.counts.ended += 1
            return True
        piece = job.scribe.add(token, hold=job.guide is not None and job.guide.owing)
        if job.guide and job.guide.crossed:
            piece += job.scribe.rest()
        if piece:
            job.out.put(piece)
        return self._too_long(job)

    def _too_long(self, job: Job) -> bool:
        if job.written < self._most_new:
            return False
        job.out.put(job.scribe.rest())
        job.out.put(VoiceFault("truncated", f"{job.written} tokens"))
        return True

    def _dropped(self, job: Job) -> bool:
        self.counts.cancelled += job.cancelled
        return job.cancelled
