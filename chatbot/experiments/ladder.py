"""The canary's ladder: up while all is well, back down at once when too many conversations end badly.

Wald's sequential probability ratio test on the share of bad outcomes, kept valid at every look and under drifting rates
by Ville's inequality (Ramdas, Grünwald, Vovk, Shafer: "Game-theoretic statistics and safe anytime-valid inference",
Statistical Science 38(4), 2023). Half of the evidence counts from the start; the other half is shared by tests that
start anew at each later step, so that many good conversations at 1 % do not excuse what happens at 50 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Literal

Decision = Literal["wait", "climb", "proved", "roll_back"]


@dataclass(frozen=True, slots=True)
class Rules:
    """``steps``: per cent of customers; ``least``: conversations before leaving each.

    A candidate with at most ``usual`` bad outcomes is rolled back with probability at most ``false_alarm``; one with at
    least ``unacceptable`` is declared proved with probability at most ``missed``.
    """

    steps: tuple[int, ...]
    least: tuple[int, ...]
    usual: float
    unacceptable: float
    false_alarm: float
    missed: float

    def __post_init__(self) -> None:
        if len(self.steps) != len(self.least) or list(self.steps) != sorted(set(self.steps)) or not self.steps:
            raise ValueError("steps climb, and each has its least number of conversations")
        if not 0 < self.steps[0] <= self.steps[-1] <= 100:
            raise ValueError("steps are per cent")
        if not 0 < self.usual < self.unacceptable < 1:
            raise ValueError("the usual share of bad outcomes lies below the unacceptable one")


@dataclass(frozen=True, slots=True)
class Tally:
    """The candidate's conversations of one step, and how many of them ended badly."""

    conversations: int = 0
    bad: int = 0


def decide(rules: Rules, tallies: Sequence[Tally]) -> Decision:
    """What to do now; ``tallies`` has an entry for every step reached, the present one last."""
    if evidence_against(rules, tallies) >= 1 / rules.false_alarm:
        return "roll_back"
    step, now = len(tallies) - 1, tallies[-1]
    if now.conversations < rules.least[step] or _log_ratio(rules, now) > 0:
        return "wait"
    if step + 1 < len(rules.steps):
        return "climb" if evidence_for(rules, tallies) >= 1 else "wait"
    return "proved" if evidence_for(rules, tallies) >= 1 / rules.missed else "wait"


def evidence_against(rules: Rules, tallies: Sequence[Tally]) -> float:
    """Evidence that bad outcomes are above the usual; e comes with probability at most 1 / e when they are not."""
    ratios = [_log_ratio(rules, tally) for tally in tallies]
    later = len(rules.steps) - 1
    fresh = [exp(_bounded(sum(ratios[start:]))) for start in range(1, len(ratios))]
    fresh += [1.0] * (later - len(fresh))  # the tests that have not begun
    whole = exp(_bounded(sum(ratios)))
    return whole if not later else (whole + sum(fresh) / later) / 2


def evidence_for(rules: Rules, tallies: Sequence[Tally]) -> float:
    """Evidence that bad outcomes are below the unacceptable, likewise."""
    return exp(_bounded(-sum(_log_ratio(rules, tally) for tally in tallies)))


def _log_ratio(rules: Rules, tally: Tally) -> float:
    good = tally.conversations - tally.bad
    return tally.bad * log(rules.unacceptable / rules.usual) + good * log((1 - rules.unacceptable) / (1 - rules.usual))


def _bounded(value: float) -> float:
    return min(max(value, -700.0), 700.0)
