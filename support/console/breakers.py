"""How a deployment's breaker stands, in French."""

from __future__ import annotations

from support.voices.breaker import RedisBreakers


def state(deployment: str) -> str:
    """ "fermé", "ouvert", "à l'essai" (asked again, one call at a time) or "ralenti" (it asked to be left alone)."""
    breakers = RedisBreakers()
    now, found = breakers.now(), breakers.states().get(deployment)
    if found is None:
        return "fermé"
    if found.openings:
        return "ouvert" if now < found.until else "à l'essai"
    return "ralenti" if now < found.throttled else "fermé"
