"""Expected calibration error: how far confidence lies from the share of times it is right."""

from __future__ import annotations

import math
from collections.abc import Sequence

BINS = 10  # of equal width; a bin counts by how many answers fall into it


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Σ over the bins of share × |mean confidence − share right|, 0..1; 0 of no answers."""
    bins: list[list[int]] = [[] for _ in range(BINS)]
    for index, confidence in enumerate(confidences):
        bins[min(max(math.ceil(confidence * BINS), 1), BINS) - 1].append(index)
    gaps = (abs(sum(confidences[i] - right[i] for i in members)) for members in bins)
    return sum(gaps) / len(confidences) if confidences else 0.0
