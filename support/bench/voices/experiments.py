"""How often an experiment errs: false alarms of an A/B looked at thirty times, bad canaries rolled back."""

from __future__ import annotations

from chatbot.experiments.simulate import ab_alarm_share, climbs
from support.bench.report import Row, at_most, no_less
from support.experiments.rules import rules

SEED = 1
BAD, USUAL = 0.05, 0.015  # shares of conversations that end badly: a bad candidate's, and a healthy one's


def rows(simulations: int) -> list[Row]:
    """Each figure of so many simulated experiments."""
    bad = climbs(rules().canary, bad=BAD, simulations=simulations, seed=SEED)
    healthy = climbs(rules().canary, bad=USUAL, simulations=max(1, simulations // 10), seed=SEED)
    return [
        at_most(5, "A/B without difference, 30 looks: false alarms", 100 * ab_alarm_share(simulations, SEED), "%"),
        no_less(95, "canary at 5 % bad outcomes: rolled back", 100 * bad.rolled_back, "%"),
        at_most(5, "healthy canary: rolled back", 100 * healthy.rolled_back, "%"),
    ]
