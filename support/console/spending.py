"""What voices cost and how they do, for the page and the tables: reads the ledger, holds no personal data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, DecimalField, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from support.models import EngineCall, VoiceSwitch
from support.voices.alerts import ERRORS

DAYS = 30
TOP = 10
NOTHING = Value(Decimal(0), output_field=DecimalField())
Group = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Period:
    """All that the page shows of one stretch of time."""

    title: str
    total: Group
    by_brand: Sequence[Group]
    by_tier: Sequence[Group]
    by_deployment: Sequence[Group]
    conversations: Sequence[Group]
    refusals: Sequence[Group]
    voices: Sequence[Group]


def periods(now: datetime) -> list[Period]:
    """Today and the last 30 days."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return [_period("Aujourd'hui", today), _period(f"{DAYS} derniers jours", today - timedelta(days=DAYS - 1))]


def _period(title: str, since: datetime) -> Period:
    calls = EngineCall.objects.filter(at__gte=since).order_by()
    remote = calls.exclude(deployment="")
    total = _figures(remote)
    return Period(
        title,
        {**total, "premium_share": _percent(total["premium"], total["calls"])},
        _grouped(remote, "brand"),
        _grouped(remote, "tier"),
        _grouped(remote, "deployment"),
        _grouped(remote.filter(conversation__isnull=False), "conversation_id")[:TOP],
        _refusals(calls),
        _voices(calls),
    )


def budgets(now: datetime) -> list[Group]:
    """Each brand's day: spent, allowed, and how full that is in percent (100 at most)."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    spent = {
        row["name"]: row["cost"]
        for row in _grouped(EngineCall.objects.filter(at__gte=today).exclude(deployment="").order_by(), "brand")
    }
    caps = {switch.brand: switch.daily_usd for switch in VoiceSwitch.objects.all()}
    standard = VoiceSwitch().daily_usd
    rows = []
    for brand in sorted({*spent, *caps}):
        cost, cap = spent.get(brand, Decimal(0)), caps.get(brand, standard)
        rows.append({"name": brand, "cost": cost, "cap": cap, "full": min(_percent(cost, cap), 100)})
    return rows


def last_hour(deployment: str, now: datetime) -> Group:
    """Calls, errors and the mean time to first words (ms) of one deployment."""
    return _figures(EngineCall.objects.filter(deployment=deployment, at__gte=now - timedelta(hours=1)).order_by())


def _figures(calls: QuerySet[EngineCall]) -> Group:
    return calls.aggregate(**_measures())


def _grouped(calls: QuerySet[EngineCall], field: str) -> list[Group]:
    groups = calls.values(field).annotate(**_measures()).order_by("-cost", field)
    return [{**group, "name": group[field]} for group in groups]


def _measures() -> dict[str, Any]:
    return {
        "cost": Coalesce(Sum("cost_usd"), NOTHING),
        "calls": Count("id"),
        "errors": Count("id", filter=Q(outcome__in=ERRORS)),
        "premium": Count("id", filter=Q(tier="premium")),
        "first_words": Avg("first_words_milliseconds"),
        "tokens_in_sum": Coalesce(Sum("tokens_in"), 0),
        "tokens_out_sum": Coalesce(Sum("tokens_out"), 0),
    }


def _refusals(calls: QuerySet[EngineCall]) -> list[Group]:
    refused = calls.exclude(verdict__in=("", "passed"))
    return [dict(row) for row in refused.values("verdict").annotate(calls=Count("id")).order_by("-calls", "verdict")]


def _voices(calls: QuerySet[EngineCall]) -> list[Group]:
    """Each voice of whichever house: tries, how many passed the guard, were refused, failed."""
    measures = {
        "calls": Count("id"),
        "passed": Count("id", filter=Q(verdict="passed")),
        "refused": Count("id", filter=~Q(verdict__in=("", "passed"))),
        "failed": Count("id", filter=~Q(outcome__in=("ok", "", "cancelled"))),
        "milliseconds_mean": Avg("milliseconds"),
    }
    found: list[Group] = [{**row} for row in calls.values("tier").annotate(**measures)]
    return sorted(found, key=lambda row: (-row["calls"], row["tier"]))


def _percent(part: Decimal | int, whole: Decimal | int) -> int:
    return round(100 * part / whole) if whole else 0
