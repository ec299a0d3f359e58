"""What must not wait for somebody to look at a page: money, errors, breakers and premium, each warned of once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast, get_args

import structlog
from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from chatbot.voices.ports import FaultKind
from support import redis_client
from support.models import EngineCall

log = structlog.get_logger(__name__)
KEY = "akwaba:voices:alert:"
ERRORS = frozenset(get_args(FaultKind)) - {"cancelled", "filtered", "no_budget"}  # those that are the deployment's own
ERROR_SHARE, ERRORS_WITHIN = 0.05, timedelta(minutes=5)
PREMIUM_SHARE, PREMIUM_WITHIN = 0.30, timedelta(hours=1)
CALLS_AT_LEAST = 20  # fewer say nothing of a share
EPISODE_SECONDS = 600  # an episode nobody saw for this long is over
DAY_SECONDS = 2 * 86_400


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is so now. ``name`` tells one episode from another; ``facts`` go into the log line."""

    name: str
    kind: str
    facts: dict[str, Any] = field(default_factory=dict)
    lasts: int = EPISODE_SECONDS


def watch(now: datetime, long_open: Callable[[], Iterable[str]]) -> list[Alert]:
    """Warn of what is new, and take note of what is over; returns what was warned of. Raises redis.RedisError."""
    standing = [*_spend(now), *_errors(now), *_premium(now), *_breakers(long_open())]
    fresh = [alert for alert in standing if _is_new(alert)]
    for alert in fresh:
        log.warning("voice_alert", alert=alert.kind, **alert.facts)
    _end_others({alert.name for alert in standing})
    return fresh


def _spend(now: datetime) -> Iterator[Alert]:
    day = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    spent = _remote(day).aggregate(sum=Sum("cost_usd"))["sum"] or Decimal(0)
    for threshold in settings.VOICE_ALERT_USD:
        if spent >= Decimal(threshold):
            facts = {"threshold_usd": threshold, "spent_usd": f"{spent:.2f}"}
            yield Alert(f"spend:{day:%Y%m%d}:{threshold}", "spend", facts, DAY_SECONDS)


def _errors(now: datetime) -> Iterator[Alert]:
    ended = _remote(now - ERRORS_WITHIN).filter(settled_at__isnull=False)
    found = ended.aggregate(calls=Count("id"), errors=Count("id", filter=Q(outcome__in=ERRORS)))
    if found["calls"] >= CALLS_AT_LEAST and (share := found["errors"] / found["calls"]) > ERROR_SHARE:
        yield Alert("errors", "error_rate", {"share": round(share, 3), "calls": found["calls"]})


def _premium(now: datetime) -> Iterator[Alert]:
    by_brand = _remote(now - PREMIUM_WITHIN).order_by().values("brand")
    for row in by_brand.annotate(calls=Count("id"), premium=Count("id", filter=Q(tier="premium"))):
        if row["calls"] >= CALLS_AT_LEAST and (share := row["premium"] / row["calls"]) > PREMIUM_SHARE:
            facts = {"brand": row["brand"], "share": round(share, 3), "calls": row["calls"]}
            yield Alert(f"premium:{row['brand']}", "premium_share", facts)


def _breakers(long_open: Iterable[str]) -> Iterator[Alert]:
    for deployment in long_open:
        yield Alert(f"breaker:{deployment}", "breaker_open", {"deployment": deployment})


def _remote(since: datetime) -> QuerySet[EngineCall]:
    return EngineCall.objects.filter(at__gte=since).exclude(deployment="")


def _is_new(alert: Alert) -> bool:
    """Whether it is the first time in its episode (or its day); an episode goes on as long as it is seen."""
    redis = redis_client.connection()
    if redis.set(KEY + alert.name, 1, nx=True, ex=alert.lasts):
        return True
    if alert.lasts == EPISODE_SECONDS:
        redis.expire(KEY + alert.name, alert.lasts)
    return False


def _end_others(standing: set[str]) -> None:
    """Forget episodes that are over, so that the next one is told of again. A day's thresholds stay."""
    redis = redis_client.connection()
    for key in cast("Iterator[bytes]", redis.scan_iter(f"{KEY}*", count=100)):
        name = key.decode().removeprefix(KEY)
        if name not in standing and not name.startswith("spend:"):
            redis.delete(key)
            log.info("voice_alert_over", alert=name)
