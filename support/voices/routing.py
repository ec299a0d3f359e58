"""A brand's router with the house around it: database, Redis, real lines. For workers; loads no model itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

import structlog

from chatbot.brand import Brand
from chatbot.voices.attempt import House
from chatbot.voices.policy import Policy
from chatbot.voices.ports import Deployment, Voice, VoiceFault
from chatbot.voices.prompt import Prompts
from chatbot.voices.remote import Limits, Line
from chatbot.voices.router import Router
from support.voices.breaker import RedisBreakers
from support.voices.gauges import RedisGauges
from support.voices.ledger import HouseLedger
from support.voices.roster import HOUSE as ROSTER
from support.voices.roster import HouseRoster

log = structlog.get_logger(__name__)
LINES = 64  # kept open; an address or a key that changed has a line of its own


def router(
    brand: Brand,
    *,
    template: Voice,
    local: Voice | None = None,
    roster: HouseRoster = ROSTER,
    limits: Limits = Limits(),  # noqa: B008 - immutable
    ticks: Callable[[], float] = time.perf_counter,
) -> Router:
    """The voice of ``brand``; ``ticks`` must be the mind's. Raises BrandError."""
    prompts = Prompts.read(brand)
    house = House(
        roster=roster,
        ledger=HouseLedger(roster),
        breakers=RedisBreakers(),
        gauges=RedisGauges(),
        line=lru_cache(LINES)(lambda deployment: Line(deployment, limits, ticks)),
        messages=lambda brief: prompts.prompt(brief).messages,
        ticks=ticks,
        sleep=time.sleep,
        alarm=_warn,
    )
    return Router(Policy.of(brand), house, local=local, template=template, opens=roster.answers_open)


def _warn(deployment: Deployment, fault: VoiceFault) -> None:
    """A person has to see to it: a key, an address, a request that its server does not understand."""
    log.warning("voice_refused", deployment=deployment.name, fault=fault.kind, status=fault.status, code=fault.detail)
