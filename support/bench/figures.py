"""Sums over measurements."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` (0..1) of ``values`` do not exceed. Raises ValueError on no values."""
    if not values:
        raise ValueError("nothing was measured")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def milliseconds(seconds: Sequence[float], share: float) -> float:
    """That quantile of ``seconds``, in milliseconds."""
    return quantile(seconds, share) * 1000


def median(values: Sequence[float]) -> float:
    """The middle of what several rounds gave. Raises ValueError on no rounds."""
    if not values:
        raise ValueError("no round was run")
    return statistics.median(values)
