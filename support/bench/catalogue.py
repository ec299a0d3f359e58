"""Finds the benchmarks: every module in ``cases`` is one, under its own name."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol, cast

from support.bench import cases
from support.bench.report import Row
from support.bench.setup import Setup


class Case(Protocol):
    """What a module in ``cases`` offers."""

    TITLE: str

    def run(self, setup: Setup) -> list[Row]:
        """Measure. Starts what it needs and stops it whatever happens. Raises BenchError when there is no figure."""
        ...


def names() -> list[str]:
    """All benchmarks."""
    return sorted(module.name for module in pkgutil.iter_modules(cases.__path__))


def load(name: str) -> Case:
    """One of ``names()``."""
    return cast("Case", importlib.import_module(f"{cases.__name__}.{name}"))
