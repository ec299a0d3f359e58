"""How often the tests err, by simulation: what the bench reports and the suite keeps a floor under."""

from __future__ import annotations

import random
from dataclasses import dataclass

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
    return sum(
        _ab(random.Random(f"{seed}/{run}"), control, arm, looks, per_look, alpha) for run in range(simulations)
    ) / (simulations)


def _ab(dice: random.Random, control: float, arm: float, looks: int, per_look: int, alpha: float) -> bool:
    compared = Comparison(0.5)
    for _ in range(looks):
        for _ in range(per_look):
            in_arm = dice.random() < 0.5
            compared.add(float(dice.random() < (arm if in_arm else control)), in_arm=in_arm)
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
    """Canaries whose conversations end badly at rate ``bad`` (``later_bad`` above the first step), looked at after each.

    ``most``: conversations after which one is given up as undecided.
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
