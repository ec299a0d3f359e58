"""Voices: how soon and how fast they speak, what it takes around them, and what holds when things go wrong."""

from __future__ import annotations

from support.bench.report import Row
from support.bench.setup import Setup
from support.bench.voices import experiments, faults, local, quality
from support.bench.voices.apart import rows_of

TITLE = "voices"


def run(setup: Setup) -> list[Row]:
    """The rows of every part of support/bench/voices."""
    scale = setup.scale
    return [
        *local.rows(max(8, scale.turns // 20), scale.rounds),
        *quality.rows(scale.replies),
        *rows_of("router", calls=scale.turns),
        *rows_of("cache"),
        *rows_of("ledger", calls=scale.remote_calls),
        *faults.rows(),
        *experiments.rows(scale.experiments),
    ]
