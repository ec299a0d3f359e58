"""A house around a router for tests: deployments of a loopback server, real clients, ledger and breakers in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache

from chatbot import brand as brands
from chatbot.guard import Watch
from chatbot.saying import Outcome, say
from chatbot.types import Act, Event, Plan, Spoken, Words
from chatbot.voices.attempt import House, Line
from chatbot.voices.breaker import LocalBreakers
from chatbot.voices.gauges import LocalGauges
from chatbot.voices.policy import Policy
from chatbot.voices.ports import Brief, Deployment, Price, Settled, Tier, Usage, Voice, VoiceFault
from chatbot.voices.remote import Limits
from chatbot.voices.remote import Line as RemoteLine
from chatbot.voices.router import Router
from chatbot.voices.template import TemplateVoice
from chatbot.wording import Wording

BRAND = brands.load("easytransfert")
POLICY = Policy.of(BRAND)
WATCH = Watch.read(BRAND.settings)
TEMPLATE = TemplateVoice(Wording.read(BRAND.wording, BRAND.flows))
PRICE = Price("2026-11", Decimal("2.50"), Decimal("10.00"), Decimal("1.25"))
PLAN = Plan((Act("status.processing", ("case_number",)),), {"case_number": "AK-7"}, mood="angry")
BRIEF = Brief(PLAN.acts, "angry", brand="easytransfert", conversation="c", customer="k")
SHORT = Limits(connect=2.0, first_words=1.0, between=1.0, tail=0.5)


def deployment(name: str, url: str, tier: Tier = "standard", **more: str) -> Deployment:
    """One of Azure's, named like its model."""
    place = Deployment(name, "azure", tier, name, url, PRICE, api_version="2024-10-21", key="a key")
    return replace(place, **more)  # type: ignore[arg-type]


@cache
def kept_line(place: Deployment, limits: Limits) -> RemoteLine:
    """One for all tests: what costs time is its client."""
    return RemoteLine(place, limits)


class Roster:
    """Those given, for every brand."""

    def __init__(self, *all_of_them: Deployment) -> None:
        self.all = all_of_them

    def deployments(self, brand: str, tier: Tier) -> Iterable[Deployment]:
        return [one for one in self.all if one.tier == tier]


@dataclass
class MemoryLedger:
    """Rows by their number; every one of them settled once, or the test fails."""

    rows: dict[str, Settled | None] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)  # row → deployment
    refuse: bool = False

    def reserve(self, place: Deployment, brief: Brief, reservation: Usage) -> str:
        if self.refuse:
            raise VoiceFault("no_budget")
        assert reservation.input > 0 and reservation.output == POLICY.sampling[place.tier].max_tokens
        row = str(len(self.rows) + 1)
        self.rows[row], self.asked[row] = None, place.name
        return row

    def settle(self, call: str, settled: Settled) -> None:
        assert self.rows[call] is None, "settled twice"
        self.rows[call] = settled

    @property
    def outcomes(self) -> list[str]:
        return [row.outcome if row else "open" for row in self.rows.values()]


class Rig:
    """A router over ``places``. ``ahead``: seconds by which breakers and gauges are ahead of time."""

    def __init__(
        self,
        *places: Deployment,
        limits: Limits = SHORT,
        policy: Policy = POLICY,
        local: Voice | None = None,
        line: Callable[[Deployment], Line] | None = None,
    ) -> None:
        self.ahead = 0.0
        self.ledger, self.alarms = MemoryLedger(), list[tuple[str, str]]()
        self.breakers = LocalBreakers(self.now)
        self.gauges = LocalGauges(self.now)
        self.slept: list[float] = []
        self.house = House(
            roster=Roster(*places),
            ledger=self.ledger,
            breakers=self.breakers,
            gauges=self.gauges,
            line=line or (lambda place: kept_line(place, limits)),
            messages=lambda brief: [{"role": "user", "content": "Dis-le : " + " ".join(brief.facts)}],
            ticks=time.perf_counter,
            sleep=self._sleep,
            alarm=lambda place, fault: self.alarms.append((place.name, fault.kind)),
        )
        self.router = Router(policy, self.house, local=local, template=TEMPLATE)

    def now(self) -> float:
        """The present of breakers and gauges."""
        return time.perf_counter() + self.ahead

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        time.sleep(seconds)

    def say(self, plan: Plan = PLAN, brief: Brief = BRIEF, seconds: float = 9.0, seed: str = "s") -> Told:
        """A whole reply as ``turn.py`` has it said. Raises what ``say`` raises."""
        brief = replace(brief, deadline=time.perf_counter() + seconds)
        return told(self.router, plan, brief, seed)


def told(voice: Voice, plan: Plan, brief: Brief, seed: str = "s") -> Told:
    """A whole reply as ``turn.py`` has it said."""
    found = Told()
    found.take(say(WATCH, plan, brief, [voice, voice, TEMPLATE], seed=seed, ticks=time.perf_counter))
    found.in_time = time.perf_counter() < brief.deadline
    return found


@dataclass
class Told:
    """What a customer read and what was stored."""

    heard: str = ""
    outcome: Outcome | None = None
    spoken: list[tuple[str, str]] = field(default_factory=list)
    in_time: bool = False

    def take(self, events: Generator[Event, None, Outcome]) -> None:
        try:
            while True:
                event = next(events)
                if isinstance(event, Words):
                    self.heard += event.text
                if isinstance(event, Spoken):
                    self.spoken.append((event.tier, event.outcome))
        except StopIteration as end:
            self.outcome = end.value

    @property
    def text(self) -> str:
        assert self.outcome is not None
        return self.outcome.text
