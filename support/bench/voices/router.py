"""What choosing a deployment costs each call, with Redis really asked and nobody really speaking."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from django.conf import settings

from chatbot import brand as brands
from chatbot.types import Act
from chatbot.voices.attempt import House, Messages
from chatbot.voices.policy import Policy
from chatbot.voices.ports import Brief, Deployment, Price, Settled, Tier, Usage
from chatbot.voices.router import Router
from support.bench.figures import median, milliseconds
from support.bench.report import Row, at_most
from support.bench.voices.drift import premium_calls, shares
from support.voices.breaker import RedisBreakers
from support.voices.gauges import RedisGauges

CALLS, ROUNDS = 2000, 5
SHARE, BAND = 20.0, 3.0  # per cent of remote calls
WINDOW = 1000
PRICE = Price("bench", Decimal(1), Decimal(1), Decimal(1))
PIECES = ("Votre dossier {case_number} est en cours de traitement. ", "Je vous tiens au courant.")


class Silence:
    """A line that has all its words at once."""

    usage: Usage | None = Usage(100, 20)
    finish = "stop"
    first_words: float | None = 0.001

    def stream(self, messages: Messages, *, temperature: float, max_tokens: int, deadline: float) -> Silence:
        """Itself."""
        return self

    def __iter__(self) -> Iterator[str]:
        return iter(PIECES)

    def close(self) -> None:
        """Nothing is open."""


class Regions:
    """Three regions of every tier."""

    def __init__(self) -> None:
        self._all: dict[Tier, list[Deployment]] = {
            tier: [Deployment(f"bench-{tier}-{n}", "azure", tier, "m", "http://127.0.0.1", PRICE) for n in range(3)]
            for tier in ("economy", "standard", "premium")
        }

    def deployments(self, brand: str, tier: Tier) -> Iterable[Deployment]:
        """Those of the tier."""
        return self._all[tier]


class NoLedger:
    """Rows are the ledger's own cost, measured apart."""

    def reserve(self, deployment: Deployment, brief: Brief, reservation: Usage) -> str:
        """No row."""
        return "row"

    def settle(self, call: str, settled: Settled) -> None:
        """Nothing to settle."""


def rows(calls: int = CALLS) -> list[Row]:
    """The router's own time in a call, and premium's share of a load that drifts. Redis has to be up."""
    policy = Policy.of(brands.load(settings.BRAND))
    rounds = [overhead(policy, calls // ROUNDS) for _ in range(ROUNDS)]
    half, most = (median([milliseconds(seconds, share) for seconds in rounds]) for share in (0.5, 0.95))
    return [
        Row("router: its own time in a call, p50", half, "ms"),
        at_most(3, "router: its own time in a call, p95", most, "ms"),
        *_premium(policy),
    ]


def overhead(policy: Policy, calls: int) -> Sequence[float]:
    """Seconds of each call, from the brief to the end of a reply that took no time itself."""
    router = Router(policy, _house())
    brief = Brief((Act("status.processing", ("case_number",)),), "angry", brand="bench")
    found = []
    for number in range(calls + 20):
        one = replace(brief, conversation=f"bench-{number}")
        started = time.perf_counter()
        for _ in router.speak(one, str(number)):
            pass
        found.append(time.perf_counter() - started)
    return found[20:]


def _house() -> House:
    silence = Silence()
    return House(
        roster=Regions(),
        ledger=NoLedger(),
        breakers=RedisBreakers(),
        gauges=RedisGauges(),
        line=lambda _: silence,
        messages=lambda brief: [{"role": "user", "content": " ".join(brief.facts)}],
        ticks=time.perf_counter,
        sleep=time.sleep,
        alarm=lambda *_: None,
    )


def _premium(policy: Policy) -> list[Row]:
    found = []
    for turns, who in ((1, "new customers"), (4, "conversations of four")):
        spoken = premium_calls(policy, turns)
        worst = max(shares(spoken, WINDOW), key=lambda share: abs(100 * share - SHARE))
        for what, share in (("10,000 calls", sum(spoken) / len(spoken)), ("their worst thousand", worst)):
            met = abs(100 * share - SHARE) <= BAND
            target = f"{SHARE:g} ± {BAND:g} %"
            found.append(Row(f"premium under a drifting load, {who}: {what}", 100 * share, "%", target=target, met=met))
    return found
