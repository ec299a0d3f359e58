"""Figures that say how many they stand on: spreads of durations, shares. Never a mean alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FEWEST = 5  # below this a median says more of one case than of the desk


@dataclass(frozen=True, slots=True)
class Spread:
    """Durations in seconds: how many, the median, and what 90 and 95 % stay under; None for an empty one."""

    count: int
    median: float | None = None
    p90: float | None = None
    p95: float | None = None

    @property
    def few(self) -> bool:
        """Whether there are too few to be shown as a figure."""
        return self.count < FEWEST


@dataclass(frozen=True, slots=True)
class Share:
    """``part`` of ``whole``."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """0 … 100; None of nothing."""
        return 100 * self.part / self.whole if self.whole else None

    @property
    def few(self) -> bool:
        """Whether there are too few to be shown as a figure."""
        return self.whole < FEWEST


@dataclass(frozen=True, slots=True)
class Scores:
    """Marks of 1 to 5: ``counts`` from 1 to 5, the median and the mean of them, the share that is 4 or 5."""

    asked: int
    counts: tuple[int, ...]
    median: float | None
    mean: float | None

    @property
    def count(self) -> int:
        """How many answered."""
        return sum(self.counts)

    @property
    def unhappy(self) -> Share:
        """Those who gave 1 or 2, of those who answered."""
        return Share(self.counts[0] + self.counts[1], self.count)

    @property
    def content(self) -> Share:
        """Those who gave 4 or 5, of those who answered."""
        return Share(self.counts[3] + self.counts[4], self.count)


def spread(seconds: Iterable[float]) -> Spread:
    """Of durations; a negative one, which a moved clock can make, counts as nought."""
    ordered = sorted(seconds)
    if not ordered:
        return Spread(0)
    if ordered[0] < 0:
        ordered = [max(0.0, each) for each in ordered]
    return Spread(len(ordered), *(percentile(ordered, share) for share in (0.5, 0.9, 0.95)))


def percentile(ordered: Sequence[float], share: float) -> float:
    """Between the two nearest ranks, as PostgreSQL's percentile_cont.

    https://www.postgresql.org/docs/current/functions-aggregate.html
    """
    place = share * (len(ordered) - 1)
    below, above = math.floor(place), math.ceil(place)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def scores(given: Iterable[int | None]) -> Scores:
    """Of the marks asked for; None is a question without an answer."""
    asked = list(given)
    answered = sorted(float(mark) for mark in asked if mark is not None)
    return Scores(
        asked=len(asked),
        counts=tuple(answered.count(mark) for mark in range(1, 6)),
        median=percentile(answered, 0.5) if answered else None,
        mean=sum(answered) / len(answered) if answered else None,
    )
