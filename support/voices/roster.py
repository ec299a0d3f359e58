"""The deployments in use now: read from the database every two seconds, so that a switch acts without a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.utils import timezone

from chatbot.voices.ports import Deployment, Price, Tier
from support.models import VoiceDeployment, VoicePrice, VoiceSwitch
from support.recent import Recent

log = structlog.get_logger(__name__)


class UnpricedError(RuntimeError):
    """A deployment is in use and has no price: nobody could tell what it costs, so nothing starts."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the database said. ``deployments``: each with the brands that may use it, none for all of them."""

    deployments: tuple[tuple[Deployment, frozenset[str]], ...] = ()
    switches: Mapping[str, VoiceSwitch] | None = None


class HouseRoster:
    """Implements ``ports.Roster``. While the database is away it goes on with what it last saw."""

    def __init__(self) -> None:
        self._recent: Recent[_Seen] = Recent(_read, _Seen())

    def deployments(self, brand: str, tier: Tier) -> tuple[Deployment, ...]:
        """Those of a tier that the brand may use, OpenAI's own last; none where its switches say so."""
        switch = self.switch(brand)
        if not switch.remote or (tier == "premium" and not switch.premium):
            return ()
        known = self._recent.of().deployments
        own = [one for one, brands in known if one.tier == tier and (not brands or brand in brands)]
        allowed = [one for one in own if one.provider != "openai" or switch.openai]
        return tuple(sorted(allowed, key=lambda one: one.provider == "openai"))

    def switch(self, brand: str) -> VoiceSwitch:
        """What a brand allows and may spend."""
        return (self._recent.of().switches or {}).get(brand) or VoiceSwitch(brand=brand)

    def answers_open(self, brand: str) -> bool:
        """Whether a remote voice may word an open question of this brand."""
        switch = self.switch(brand)
        return switch.remote and switch.open_questions

    def check(self) -> None:
        """Raises UnpricedError naming the deployment. To be asked before the first turn."""
        for row in VoiceDeployment.objects.filter(enabled=True):
            if row.price_at(timezone.now()) is None:
                raise UnpricedError(f"voice deployment '{row.name}' is enabled and has no price in force")


def _read() -> _Seen:
    now = timezone.now()
    rows = VoiceDeployment.objects.filter(enabled=True).order_by("name")
    found = []
    for row in rows:
        price = row.price_at(now)
        if price is None:  # cannot be enabled so, but a table can be edited: a call of no price is never made
            log.error("voice_unpriced", deployment=row.name)
        elif row.key_variable and row.key_variable not in settings.VOICE_KEYS:
            log.error("voice_without_key", deployment=row.name, variable=row.key_variable)
        else:
            found.append((_deployment(row, price), frozenset(row.brands.split())))
    return _Seen(tuple(found), {switch.brand: switch for switch in VoiceSwitch.objects.all()})


def _deployment(row: VoiceDeployment, price: VoicePrice) -> Deployment:
    return Deployment(
        name=row.name,
        provider=row.provider,  # type: ignore[arg-type]  # the column's choices are the type's
        tier=row.tier,  # type: ignore[arg-type]
        model=row.model,
        base_url=row.base_url,
        price=Price(price.version, price.input_usd, price.output_usd, price.cached_usd),
        region=row.region,
        api_version=row.api_version,
        key=settings.VOICE_KEYS.get(row.key_variable, ""),
    )


HOUSE = HouseRoster()
