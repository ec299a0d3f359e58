"""How often the tests err, by simulation: what the bench reports and the suite keeps a floor under."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from chatbot.experiments.compare import Comparison
from chatbot.experiments.ladder import Rules, Tally, decide


def ab_alarm_share(
    simulations: int,
    seed: int,
    *,
    control: float = 0.6,
    arm: float = 0.6,
    looks: int = 30,
    per_look: int = 50,
    alpha: float = 0.05,
) -> float:
    """Share of A/B tests that call a difference at any of the looks; ``per_look`` conversations between two of them.

    With ``arm`` equal to ``control`` these are false alarms, else it is the power after all looks.
    """
    called = 0
    for run in range(simulations):
        outcomes = _outcomes(random.Random(f"{seed}/{run}"), control, arm)
        called += _called(outcomes, looks, per_look, alpha)
    return called / simulations


def _outcomes(dice: random.Random, control: float, arm: float) -> Iterator[tuple[bool, float]]:
    while True:
        in_arm = dice.random() < 0.5
        yield in_arm, float(dice.random() < (arm if in_arm else control))


def _called(outcomes: Iterator[tuple[bool, float]], looks: int, per_look: int, alpha: float) -> bool:
    compared = Comparison(0.5)
    for _ in range(looks):
        for in_arm, value in islice(outcomes, per_look):
            compared.add(value, in_arm=in_arm)
        if compared.differs(alpha):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Climbs:
    """How canaries ended, as shares, and how many conversations with the candidate that took on average."""

    rolled_back: float
    proved: float
    undecided: float
    conversations: float


def climbs(
    rules: Rules, bad: float, simulations: int, seed: int, *, later_bad: float | None = None, most: int = 20_000
) -> Climbs:
    """Canaries whose conversations end badly at rate ``bad``, looked at after each conversation.

    ``later_bad``: their rate above the first step, where it is another; ``most``: conversations after which a canary
    is given up as undecided.
    """
    ends = {"rolled_back": 0, "proved": 0, "undecided": 0}
    spent = 0
    for run in range(simulations):
        end, conversations = _climb(random.Random(f"{seed}/{run}"), rules, bad, later_bad, most)
        ends[end] += 1
        spent += conversations
    shares = {end: count / simulations for end, count in ends.items()}
    return Climbs(**shares, conversations=spent / simulations)


def _climb(dice: random.Random, rules: Rules, bad: float, later_bad: float | None, most: int) -> tuple[str, int]:
    tallies = [Tally()]
    for conversations in range(1, most + 1):
        rate = bad if later_bad is None or len(tallies) == 1 else later_bad
        now = tallies[-1]
        tallies[-1] = Tally(now.conversations + 1, now.bad + (dice.random() < rate))
        decision = decide(rules, tallies)
        if decision in ("roll_back", "proved"):
            return ("rolled_back" if decision == "roll_back" else "proved"), conversations
        if decision == "climb":
            tallies.append(Tally())
    return "undecided", most
