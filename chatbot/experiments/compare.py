"""How much better an arm is than the control, per conversation, as a confidence sequence.

Each conversation becomes one number whose expectation is the difference of the arms (augmented inverse-propensity
weighting with means known beforehand, section 4.2 of the paper named in ``confidence``): the share of each arm is
known, since we drew it ourselves, so nothing is assumed but that outcomes lie in [0, 1].
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chatbot.experiments.confidence import Interval, Mean


@dataclass(slots=True)
class Comparison:
    """An arm beside the control. ``share`` in (0, 1): how many of the two arms' customers hear the arm."""

    share: float
    arm: Mean = field(default_factory=Mean)
    control: Mean = field(default_factory=Mean)
    difference: Mean = field(init=False)

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise ValueError("a share is between 0 and 1")
        bound = 1 / min(self.share, 1 - self.share)
        self.difference = Mean(-bound, bound)

    def add(self, value: float, *, in_arm: bool) -> None:
        """One conversation's outcome in [0, 1], in the order in which conversations began."""
        arm, control = _guess(self.arm), _guess(self.control)
        surprise = (value - arm) / self.share if in_arm else -(value - control) / (1 - self.share)
        number = arm - control + surprise
        self.difference.add(min(max(number, self.difference.low), self.difference.high))  # rounding at the very edge
        (self.arm if in_arm else self.control).add(value)

    def interval(self, alpha: float) -> Interval:
        """The arm's mean less the control's. Its ends hold at all looks together with probability 1 - ``alpha``."""
        found = self.difference.interval(alpha)
        return Interval(found.count, found.estimate, max(-1.0, found.low), min(1.0, found.high))

    def differs(self, alpha: float) -> bool:
        """Whether zero has been ruled out, at this look."""
        return self.difference.exceeds(0, alpha / 2) or self.difference.falls_short_of(0, alpha / 2)


def _guess(mean: Mean) -> float:
    return (mean.total + 0.5) / (mean.count + 1)
