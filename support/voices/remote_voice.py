"""The voice of a house with deployments elsewhere: the router among them, and the cache of what it worded."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping

from django.conf import settings

from chatbot.brand import Brand
from chatbot.voices.accounts import Books
from chatbot.voices.cache import CachedVoice
from chatbot.voices.caching import Rules
from chatbot.voices.ports import Brief, Tier, Voice
from chatbot.voices.prompt import Prompts
from support.media import tiers
from support.voices.breaker import RedisBreakers
from support.voices.cache import AfterReply, RedisStore
from support.voices.ledger import HouseLedger
from support.voices.roster import HOUSE, HouseRoster
from support.voices.routing import router

WORDING: tuple[Tier, ...] = ("economy", "standard", "premium")


def remote_voice(brand: Brand, template: Voice, local: Voice | None, roster: HouseRoster = HOUSE) -> Voice:
    """Speaks from afar what deserves it, with ``local`` or ``template`` for the rest. Raises BrandError.

    Where the brand has no deployment nothing is looked up in the cache either: words made here are quicker made anew.
    """
    rules, prompts = Rules.read(brand.caching), Prompts.read(brand)
    policy = _digest(repr(brand.routing))

    def rules_now(slug: str) -> Rules:
        return rules if deployed(roster, slug) else Rules()

    def parameters(brief: Brief) -> Mapping[str, str]:
        asked = [f"{one.name} {one.model}" for tier in WORDING for one in roster.deployments(brief.brand, tier)]
        return {
            "policy": policy,
            "prompts": prompts.version,
            "deployments": _digest(*asked),
            "arm": json.dumps(dict(brief.arm), sort_keys=True),
            "here": f"{settings.VOICE} {settings.VOICE_ADAPTER} {local.tier if local else ''}",
        }

    voice = router(brand, template=template, local=local, roster=roster, ticks=time.perf_counter)
    return CachedVoice(voice, RedisStore(), rules_now, parameters, AfterReply())


def deployed(roster: HouseRoster, brand: str) -> bool:
    """Whether anything elsewhere may word a reply of this brand now."""
    return any(roster.deployments(brand, tier) for tier in WORDING)


def lend_to_media(roster: HouseRoster = HOUSE) -> None:
    """Pictures and voice notes may ask the vision and speech tiers, in the same books."""
    tiers.use(tiers.Tiers(roster, Books(HouseLedger(roster), RedisBreakers())))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
