"""Money that customers miss: the amounts of claims not settled yet, by operators and age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, CharField, Count, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from support.insight.desk import scope as scopes
from support.insight.desk.scope import Scope
from support.models import Claim, ClaimStatus

OPEN = (ClaimStatus.RECEIVED, ClaimStatus.PROCESSING, ClaimStatus.WAITING_CUSTOMER)
# code, French, older than; the oldest first, because the first that fits is taken
AGES = (
    ("over_7_days", "Plus de 7 jours", timedelta(days=7)),
    ("2_to_7_days", "2 à 7 jours", timedelta(hours=48)),
    ("24_to_48_hours", "24 à 48 h", timedelta(hours=24)),
    ("under_24_hours", "Moins de 24 h", timedelta(days=-3650)),
)


@dataclass(frozen=True, slots=True)
class Blocked:
    """Claims of one age between two operators. ``unknown`` of ``claims`` name no amount: they are in no sum."""

    from_operator: str
    to_operator: str
    age: str
    francs: int
    claims: int
    unknown: int
    waiting_customer: int


def blocked(scope: Scope, now: datetime) -> list[Blocked]:
    """Everything unsettled now, of whatever age; the scope's period does not matter. One query."""
    rows = unsettled(scope).annotate(age=_age(now)).values("from_operator", "to_operator", "age")
    counted = rows.annotate(
        francs=Coalesce(Sum("amount_fcfa"), 0),
        claims=Count("id"),
        unknown=Count("id", filter=Q(amount_fcfa__isnull=True)),
        waiting_customer=Count("id", filter=Q(status=ClaimStatus.WAITING_CUSTOMER)),
    )
    return [Blocked(**row) for row in counted]


def unsettled(scope: Scope) -> QuerySet[Claim]:
    """The claims behind the figures."""
    return scopes.claims(scope).filter(status__in=OPEN)


def worth(chosen: QuerySet[Claim]) -> tuple[int, int]:
    """Francs of some claims, and how many they are. One query."""
    found = chosen.aggregate(francs=Coalesce(Sum("amount_fcfa"), 0), claims=Count("id"))
    return found["francs"], found["claims"]


def total(rows: Sequence[Blocked], *, age: str = "") -> tuple[int, int, int]:
    """Francs, claims, and those without an amount."""
    chosen = [row for row in rows if not age or row.age == age]
    return sum(row.francs for row in chosen), sum(row.claims for row in chosen), sum(row.unknown for row in chosen)


def _age(now: datetime) -> Case:
    older = [When(filed_at__lt=now - than, then=Value(code)) for code, _, than in AGES[:-1]]
    return Case(*older, default=Value(AGES[-1][0]), output_field=CharField())
