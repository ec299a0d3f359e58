"""The same figures on five parts of an exam: how much of a figure is the choice of messages."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from support.bench.understanding.bars import BARS, Bar
from support.bench.understanding.exam import Answer, Message
from support.bench.understanding.measures import Normalise, measure

FOLDS = 5


def folds(gold: Sequence[Message], predicted: Sequence[Answer], normalise: Normalise) -> list[dict[str, float]]:
    """Figures of every fifth message, five times; nothing was learnt from any of them."""
    return [measure(gold[k::FOLDS], predicted[k::FOLDS], normalise) for k in range(FOLDS)]


def table(parts: Sequence[Mapping[str, float]]) -> str:
    """Markdown: measure, lowest, highest, mean, standard deviation."""
    lines = ["| measure | lowest | highest | mean | standard deviation |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *(_line(bar, [p[bar.measure] for p in parts if bar.measure in p]) for bar in BARS)])


def _line(bar: Bar, values: Sequence[float]) -> str:
    scale = 100 if bar.unit == "%" else 1
    figures = (min(values), max(values), statistics.mean(values), statistics.stdev(values))
    return f"| {bar.measure} | " + " | ".join(f"{scale * f:.1f} {bar.unit}".rstrip() for f in figures) + " |"
