"""A load that drifts, from short calm questions to long angry ones, and what share of it premium words."""

from __future__ import annotations

import random
from dataclasses import replace

from chatbot.types import Act, Mood
from chatbot.voices.choose import Chooser
from chatbot.voices.gauges import HOUR, LocalGauges
from chatbot.voices.policy import Policy
from chatbot.voices.ports import Brief

CALLS, CALLS_AN_HOUR = 10_000, 500


def drifting(position: float, lot: random.Random) -> Brief:
    """A brief of the load at ``position``, 0 at its beginning and 1 at its end."""
    mood: Mood = "angry" if lot.random() < 0.1 + 0.6 * position else lot.choice(("neu", "neg"))
    facts = tuple(f"f{n}" for n in range(lot.randint(0, 2)))
    acts = tuple(Act("answer", facts) for _ in range(1 + int(lot.random() < position)))
    length = int(lot.gauss(60 + 150 * position, 40))
    asks = lot.random() < 0.8 or mood != "angry"
    return Brief(acts, mood, heard="x" * max(length, 5), open=asks, brand="bench")


def premium_calls(policy: Policy, turns: int, seed: int = 3) -> list[bool]:
    """Of all calls in order, whether premium worded it; a conversation has ``turns`` of them."""
    lot, now, spoken = random.Random(seed), 0.0, []
    gauges = LocalGauges(lambda: now)
    chooser = Chooser(policy, gauges)
    for number in range(CALLS):
        now = HOUR * (number // CALLS_AN_HOUR)
        brief = replace(drifting(number / CALLS, lot), conversation=str(number // turns))
        tier = chooser.tiers(brief)[0]
        chooser.count(brief, tier)
        spoken.append(tier == "premium")
    return spoken


def shares(spoken: list[bool], window: int) -> list[float]:
    """Share of premium in each window of so many calls."""
    return [sum(spoken[start : start + window]) / window for start in range(0, len(spoken), window)]
