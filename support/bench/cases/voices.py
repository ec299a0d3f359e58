"""Voices: how soon and how fast they speak, and what it takes around them."""

from __future__ import annotations

import importlib

from support.bench import voices
from support.bench.report import Row
from support.bench.setup import Setup

TITLE = "voices"
PARTS = ("local",)  # modules of support/bench/voices


def run(setup: Setup) -> list[Row]:
    """The rows of every part."""
    return [row for part in PARTS for row in importlib.import_module(f"{voices.__name__}.{part}").rows(setup)]
