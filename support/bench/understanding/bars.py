"""The bars of understanding, and rows that say whether they are reached."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from support.bench.report import Row, at_most, no_less


@dataclass(frozen=True, slots=True)
class Bar:
    """A measure and its limit: a share (0..1) to reach or not to exceed, or a count that must be nought."""

    measure: str
    limit: float
    unit: str = "%"
    at_least: bool = True

    def row(self, value: float, prefix: str = "") -> Row:
        """The value against the limit."""
        scale = 100 if self.unit == "%" else 1
        make = no_less if self.at_least else at_most
        return make(self.limit * scale, prefix + self.measure, value * scale, self.unit)


BARS = (
    Bar("normalised token F1", 0.95),
    Bar("standard French sentences changed", 0, "", at_least=False),
    Bar("protected tokens damaged", 0, "", at_least=False),
    Bar("references and operator ids F1", 0.99),
    Bar("phones taken for ids", 0, "", at_least=False),
    Bar("all entities micro F1", 0.97),
    Bar("intents strict", 0.90),
    Bar("intents lenient", 0.95),
    Bar("intents macro F1", 0.88),
    Bar("mood accuracy", 0.88),
    Bar("needs_human F1", 0.85),
    Bar("calibration error, strict", 0.05, at_least=False),
    Bar("calibration error, lenient", 0.05, at_least=False),
)
MASKING = (
    Bar("personal data masked, recall", 0.99),
    Bar("personal data masked, precision", 0.95),
    Bar("secrets masked", 1.0),
)


def rows(
    figures: Mapping[str, float],
    folds: Sequence[Mapping[str, float]] = (),
    prefix: str = "",
    bars: Sequence[Bar] = BARS,
) -> Iterator[Row]:
    """A row per bar that was measured; what it was over the folds as a note."""
    for bar in bars:
        if bar.measure not in figures:
            continue
        row = bar.row(figures[bar.measure], prefix)
        parts = [fold[bar.measure] for fold in folds if bar.measure in fold]
        yield replace(row, note=spread(parts, bar.unit)) if len(parts) > 1 else row


def spread(values: Sequence[float], unit: str) -> str:
    """Lowest, highest and standard deviation of what the folds gave."""
    scale = 100 if unit == "%" else 1
    low, high, deviation = (scale * v for v in (min(values), max(values), statistics.stdev(values)))
    return f"{len(values)} folds: {low:.1f} to {high:.1f} {unit}".rstrip() + f", standard deviation {deviation:.1f}"
