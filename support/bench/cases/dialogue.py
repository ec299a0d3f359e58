"""Conversations that end in a settled claim: the scripted dialogues by their own scorer, and simulated customers."""

from __future__ import annotations

import time
from pathlib import Path

from django.conf import settings

from chatbot.rehearsal import rehearse
from chatbot.scripts import ScriptError, read_scripts
from chatbot.simulation.report import Measure, Tally
from chatbot.simulation.run import simulate
from chatbot.turn import Mind
from support.bench import scorer
from support.bench.processes import BenchError
from support.bench.report import Row, at_most
from support.bench.setup import Setup

TITLE = "dialogues and simulated customers"
EXAMS = "dialogues*.jsonl"
SEED = 1


def run(setup: Setup) -> list[Row]:
    """A block of rows for each file of scripted dialogues, and one for the simulated customers."""
    mind = Mind.load(settings.BRAND, settings.VAR_DIR / "models")
    files = sorted(scorer.FOLDER.glob(EXAMS))
    rows = [row for file in files for row in _scripted(mind, file)]
    return rows + _simulated(mind, setup.scale.customers)


def _scripted(mind: Mind, file: Path) -> list[Row]:
    try:
        log = list(rehearse(mind, read_scripts(file)))
    except ScriptError as error:
        raise BenchError(str(error)) from error
    return [_row(f"{file.stem}: ", measure) for measure in scorer.measures(file, log)]


def _simulated(mind: Mind, count: int) -> list[Row]:
    total, begun = Tally(), time.perf_counter()
    for outcome in simulate(mind, count, SEED):
        total.add(outcome)
    minutes = (time.perf_counter() - begun) / 60
    rows = [_row(f"{count} simulated customers: ", measure) for measure in total.measures]
    return [*rows, Row(f"{count} simulated customers: conversations", count / minutes, "/min")]


def _row(prefix: str, measure: Measure) -> Row:
    """Shares to be reached are shown in per cent; what must not be exceeded as it is counted."""
    what = prefix + measure.what
    if not measure.most:
        target = f"≥ {measure.target:.0%}".replace("%", " %")
        return Row(what, 100 * measure.value, "%", target=target, met=measure.met)
    return at_most(measure.target, what, measure.value, "")
