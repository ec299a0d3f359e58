"""Which tiers may word a brief, best first: by what the host needs, else by how much there is to say and to whom."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import cast

from chatbot.voices.policy import Policy, Premium, Weights
from chatbot.voices.ports import Brief, Gauges, Tier

LADDERS: Mapping[str, tuple[Tier, ...]] = {  # where to go when nobody of a tier answers
    "premium": ("premium", "standard", "economy"),
    "standard": ("standard", "economy", "premium"),
    "economy": ("economy", "standard"),
}
RANK: Mapping[str, int] = {"economy": 0, "standard": 1, "premium": 2}


def score(brief: Brief, weights: Weights) -> float:
    """How much a reply asks of who words it, in 0..1."""
    total = (
        weights.act * len(brief.acts)
        + weights.fact * len(brief.facts)
        + weights.open * brief.open
        + min(weights.heard * len(brief.heard), weights.heard_most)
        + weights.mood[brief.mood]
    )
    return min(max(total, 0.0), 1.0)


class Threshold:
    """The score from which premium speaks, so that it speaks in ``share`` of all remote calls whatever the scores do.

    After every call it moves by ``step`` times what was wrong with it (a tracked quantile): over n calls the share is
    off by no more than its own way, at most 1, over ``step`` × n.
    """

    def __init__(self, premium: Premium) -> None:
        self._share, self._step = premium.share, premium.step
        self._lock = threading.Lock()
        self.value = premium.start

    def saw(self, tier: Tier) -> None:
        """A remote call went to ``tier``."""
        with self._lock:
            moved = self.value + self._step * ((tier == "premium") - self._share)
            self.value = min(max(moved, 0.0), 1.0 + self._step)


class Chooser:
    """One brand's choices, in one process; ``gauges`` are shared by all of them."""

    def __init__(self, policy: Policy, gauges: Gauges) -> None:
        self._policy, self._gauges = policy, gauges
        self.threshold = Threshold(policy.premium)

    def tiers(self, brief: Brief) -> tuple[Tier, ...]:
        """The tiers to try, in order; none where the fastest voice of the house will do."""
        if "tier" in brief.arm:  # an experiment: it alone may pass the cap
            return LADDERS.get(brief.arm["tier"].rpartition(":")[2], ())
        strong = brief.open or brief.mood in self._policy.strong_moods
        if brief.need is None and not strong and self._policy.plain is None:
            return ()
        tier = self._policy.needs[brief.need] if brief.need else self._by_score(brief, strong=strong)
        capped = self._capped(brief.brand)
        ladder = LADDERS["standard" if capped and tier == "premium" else tier]
        return tuple(
            step for step in ladder if not (capped and step == "premium") and not (brief.open and step == "economy")
        )

    def count(self, brief: Brief, tier: Tier) -> None:
        """A call of ``brief`` went out to ``tier``."""
        self.threshold.saw(tier)
        self._gauges.count_call(brief.brand, tier)

    def _by_score(self, brief: Brief, *, strong: bool) -> Tier:
        """The tier this conversation had, unless the brief deserves a stronger one; else what the score says."""
        least = self._policy.least if strong else cast("Tier", self._policy.plain)
        had = self._gauges.sticky(brief.conversation) if brief.conversation else None
        if had is not None and RANK[had] >= RANK[least]:
            return had
        chosen: Tier = "premium" if score(brief, self._policy.weights) >= self.threshold.value else least
        if brief.conversation:
            self._gauges.stick(brief.conversation, chosen)
        return chosen

    def _capped(self, brand: str) -> bool:
        """Whether one premium call more would pass the hour's cap."""
        share, calls = self._gauges.premium_share(brand)
        return share * calls + 1 > self._policy.premium.cap * (calls + 1)
