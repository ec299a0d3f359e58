"""Turns of the assistant alone: no database, no sockets, one thread."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, cycle

from django.conf import settings

from chatbot.turn import Mind, take_turn
from chatbot.types import Desk, Incoming, TurnDone
from support.bench.figures import milliseconds
from support.bench.report import Row
from support.bench.script import DIALOGUES
from support.bench.setup import Setup

TITLE = "turns of the pipeline alone"
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def run(setup: Setup) -> list[Row]:
    """The scripted dialogues over and over, each begun anew."""
    mind = Mind.load(settings.BRAND, settings.VAR_DIR / "models")
    for _ in _turns(mind, sum(map(len, DIALOGUES))):  # what is loaded on first use is loaded now
        pass
    took = list(_turns(mind, setup.scale.turns))
    return [
        Row("pipeline alone: turns", len(took) / sum(took), "/s"),
        Row("pipeline alone: p50", milliseconds(took, 0.5), "ms"),
        Row("pipeline alone: p95", milliseconds(took, 0.95), "ms"),
    ]


def _turns(mind: Mind, wanted: int) -> Iterator[float]:
    """Seconds of each of ``wanted`` turns."""
    numbers = count(1)
    for dialogue in cycle(DIALOGUES):
        state: Mapping[str, object] = {}
        for text in dialogue:
            number = next(numbers)
            if number > wanted:
                return
            now = START + timedelta(minutes=number)
            desk = Desk(now=now, channel="web", new_case_number=partial("ET-{:06d}".format, number))
            begun = time.perf_counter()
            events = list(take_turn(mind, state, [Incoming(f"m{number}", text, now)], desk))
            yield time.perf_counter() - begun
            state = next(event.state for event in events if isinstance(event, TurnDone))
