"""A confidence sequence: bounds on a mean that hold at every look at once, however often one looks.

Howard, Ramdas, McAuliffe, Sekhon: "Time-uniform, nonparametric, nonasymptotic confidence sequences", Annals of
Statistics 49(2), 2021, theorem 4 (empirical Bernstein), with the discrete mixture over lambda of its section 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

LAMBDAS = tuple(0.9 * 0.7**power for power in range(14))  # in units of 1 / width: good from 10 to 100,000 outcomes
PRIOR = 1.0  # outcomes that the first guess of the mean, the middle of the range, is worth


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its bounds after ``count`` outcomes."""

    count: int
    estimate: float
    low: float
    high: float


@dataclass(slots=True)
class Mean:
    """The mean of outcomes within [low, high], which come one at a time in an order fixed beforehand."""

    low: float = 0.0
    high: float = 1.0
    count: int = 0
    total: float = 0.0
    variation: float = 0.0  # sum of squared distances of each outcome from the mean of those before it

    def add(self, value: float) -> None:
        """One more outcome. Raises ValueError outside the range."""
        if not self.low <= value <= self.high:
            raise ValueError(f"{value} is not within [{self.low}, {self.high}]")
        guess = (self.total + PRIOR * (self.low + self.high) / 2) / (self.count + PRIOR)
        self.variation += (value - guess) ** 2
        self.total += value
        self.count += 1

    def interval(self, alpha: float) -> Interval:
        """Bounds of which it is at most ``alpha`` likely that the mean ever leaves one of them, at any look."""
        if not self.count:
            return Interval(0, (self.low + self.high) / 2, self.low, self.high)
        mean = self.total / self.count
        radius = _radius(self.variation, self.high - self.low, alpha / 2) / self.count
        return Interval(self.count, mean, max(self.low, mean - radius), min(self.high, mean + radius))

    def exceeds(self, value: float, alpha: float) -> bool:
        """Whether the mean is above ``value``: said wrongly, at whichever look, with probability at most ``alpha``."""
        excess = self.total - self.count * value
        return _log_mixture(excess, self.variation, self.high - self.low) >= math.log(1 / alpha)

    def falls_short_of(self, value: float, alpha: float) -> bool:
        """Whether the mean is below ``value``, likewise."""
        excess = self.count * value - self.total
        return _log_mixture(excess, self.variation, self.high - self.low) >= math.log(1 / alpha)


def _log_mixture(excess: float, variation: float, width: float) -> float:
    """Log of a non-negative supermartingale that starts at 1 where the excess over the mean is but chance."""
    terms = [each * excess / width - _psi(each) * variation / width**2 for each in LAMBDAS]
    top = max(terms)
    return top + math.log(sum(math.exp(term - top) for term in terms) / len(terms))


def _psi(share: float) -> float:
    return -math.log1p(-share) - share


def _radius(variation: float, width: float, alpha: float) -> float:
    """The excess at which the mixture reaches 1 / alpha, by bisection."""
    low, high, wanted = 0.0, width, math.log(1 / alpha)
    while _log_mixture(high, variation, width) < wanted:
        high *= 2
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _log_mixture(middle, variation, width) < wanted else (low, middle)
    return high
