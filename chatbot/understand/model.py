"""The intent model as plain numbers: a feature table and weights, stored as .npz and scored without scikit-learn."""

from __future__ import annotations

import math
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FORMAT = 2  # of the file; part of the cache key
CERTAIN = 1e-6  # no probability comes closer to 0 or 1 before its log-odds are taken


@dataclass(frozen=True, slots=True)
class IntentModel:
    """``weights`` (features × labels, float32), ``bias`` (labels), ``idf`` (features), ``temperature`` > 0.

    ``slope`` and ``offset`` correct the log-odds of the best intent (Platt), which temperature alone leaves too sure.
    """

    labels: tuple[str, ...]
    index: dict[str, int]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    idf: NDArray[np.float32]
    temperature: float
    slope: float = 1.0
    offset: float = 0.0

    def probabilities(self, names: Sequence[str]) -> NDArray[np.float32]:
        """One probability per label, summing to 1."""
        rows, values = vector(names, self.index, self.idf)
        scores = self.bias + (values @ self.weights[rows] if len(rows) else 0.0)
        scores = scores / self.temperature
        powers = np.exp(scores - scores.max())
        return self._corrected(powers / powers.sum())

    def _corrected(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        """The best intent's probability made true, the others sharing the rest as before; their order stays."""
        best = int(probabilities.argmax())
        others = probabilities.astype(np.float64)
        others[best] = 0.0
        rest, second = float(others.sum()), float(others.max())
        wanted = expit(self.slope * log_odds(float(probabilities[best])) + self.offset)
        if rest == 0.0:  # too small for a float: nobody can say how it was shared
            others[:], rest, second = 1.0, len(others) - 1.0, 1.0
        # The second must not overtake the best.
        wanted = max(wanted, second / (second + rest))
        result: NDArray[np.float32] = (others * ((1 - wanted) / rest)).astype(np.float32)
        result[best] = wanted
        return result

    def evidence(self, names: Sequence[str], label: str, count: int = 5) -> list[tuple[str, float]]:
        """The features that speak loudest for a label, heaviest first."""
        rows, values = vector(names, self.index, self.idf)
        column = self.labels.index(label)
        by_row = {self.index[n]: n for n in set(names) if n in self.index}
        parts = [(by_row[int(r)], float(v * self.weights[r, column])) for r, v in zip(rows, values, strict=True)]
        return sorted(parts, key=lambda p: -p[1])[:count]

    def save(self, file: Path) -> None:
        """Writes the model in one step, so that a reader never sees half of it."""
        file.parent.mkdir(parents=True, exist_ok=True)
        names = [""] * len(self.index)
        for name, row in self.index.items():
            names[row] = name
        handle, temporary = tempfile.mkstemp(dir=file.parent, suffix=".npz")
        try:
            with os.fdopen(handle, "wb") as out:
                np.savez(
                    out,
                    labels=np.frombuffer("\n".join(self.labels).encode(), dtype=np.uint8),
                    names=np.frombuffer("\x1f".join(names).encode(), dtype=np.uint8),
                    weights=self.weights.astype(np.float16),
                    bias=self.bias,
                    idf=self.idf,
                    temperature=np.float32(self.temperature),
                    correction=np.array([self.slope, self.offset]),
                )
            Path(temporary).replace(file)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def load(file: Path) -> IntentModel:
    """Reads a saved model; never unpickles. Raises OSError, ValueError or KeyError on anything else."""
    with np.load(file, allow_pickle=False) as data:
        names = data["names"].tobytes().decode().split("\x1f")
        return IntentModel(
            labels=tuple(data["labels"].tobytes().decode().split("\n")),
            index={name: row for row, name in enumerate(names)},
            weights=data["weights"].astype(np.float32),
            bias=data["bias"],
            idf=data["idf"],
            temperature=float(data["temperature"]),
            slope=float(data["correction"][0]),
            offset=float(data["correction"][1]),
        )


def log_odds(probability: float) -> float:
    """Of a probability in [0, 1]; finite."""
    bounded = min(max(probability, CERTAIN), 1 - CERTAIN)
    return math.log(bounded / (1 - bounded))


def expit(odds: float) -> float:
    """The probability of log-odds."""
    return 1 / (1 + math.exp(-odds))


def vector(
    names: Iterable[str], index: dict[str, int], idf: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Rows and values of a message's features: dampened counts × idf, of length one."""
    counts: Counter[int] = Counter()
    for name in names:
        row = index.get(name)
        if row is not None:
            counts[row] += 1
    rows = np.fromiter(counts, dtype=np.int64, count=len(counts))
    values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * idf[rows]
    norm = float(np.sqrt((values * values).sum()))
    return rows, (values / norm if norm else values).astype(np.float32)
