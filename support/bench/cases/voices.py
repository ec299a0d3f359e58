"""Voices: how soon and how fast they speak, and what it takes around them."""

from __future__ import annotations

from support.bench.report import Row
from support.bench.setup import Setup
from support.bench.voices import local

TITLE = "voices"


def run(setup: Setup) -> list[Row]:
    """The rows of every part of support/bench/voices."""
    return local.rows(max(8, setup.scale.turns // 20), setup.scale.rounds)
