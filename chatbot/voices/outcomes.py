"""What a deployment's breaker learns from the end of a call."""

from __future__ import annotations

from chatbot.voices.ports import COUNTS, Breakers, VoiceFault


def tell(breakers: Breakers, deployment: str, fault: VoiceFault | None, throttle_seconds: float) -> None:
    """No ``fault``: it answered. A throttling server that does not say for how long is left alone for the seconds."""
    if fault is None:
        breakers.success(deployment)
    elif fault.kind in COUNTS:
        breakers.failure(deployment)
    elif fault.kind == "denied":
        breakers.open_at_once(deployment)
    elif fault.kind == "throttled":
        breakers.throttle(deployment, throttle_seconds if fault.retry_after is None else fault.retry_after)
    else:
        breakers.cancelled(deployment)
