"""In which order the deployments of a few tiers are asked: the quicker of two drawn by lot, then the rest likewise."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from chatbot.voices.ports import Brief, Deployment, Gauges, Roster, Tier


class Candidates:
    """Iterate: each deployment once, a tier after the other; within a tier OpenAI itself is the last resort.

    The lot is cast by ``seed``: the same turn taken again asks the same. Who was not seen of late goes first.
    """

    def __init__(self, roster: Roster, gauges: Gauges, brief: Brief, tiers: Sequence[Tier], seed: str) -> None:
        self._gauges, self._seed = gauges, seed
        found = [list(roster.deployments(brief.brand, tier)) for tier in tiers]
        own = [[one for one in pool if (one.provider == "openai") is last] for pool in found for last in (False, True)]
        self._pools = [pool for pool in own if pool]

    def __iter__(self) -> Iterator[Deployment]:
        for pool in self._pools:
            while pool:
                chosen = self._draw(pool)
                pool.remove(chosen)
                yield chosen

    def _draw(self, pool: Sequence[Deployment]) -> Deployment:
        if len(pool) == 1:
            return pool[0]
        lot = hashlib.blake2b(f"{self._seed}:{len(pool)}".encode(), digest_size=8).digest()
        first = int.from_bytes(lot[:4], "big") % len(pool)
        other = (first + 1 + int.from_bytes(lot[4:], "big") % (len(pool) - 1)) % len(pool)
        return min(pool[first], pool[other], key=self._seconds)

    def _seconds(self, deployment: Deployment) -> float:
        average = self._gauges.first_words(deployment.name)
        return 0.0 if average is None else average
