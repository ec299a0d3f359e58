"""What the queue can be filtered by and what its cases can be given: brands, kinds, operator pairs, labels, people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User

from support import staff
from support.console import roles, saved_views, words
from support.console.naming import person
from support.console.rows import pair
from support.models import Channel, Escalation, Label, Priority, Team

LOOK_BACK = timedelta(days=30)  # kinds and pairs that nobody met for so long are not offered


def for_queue(user: User, now: datetime) -> dict[str, Any]:
    """Choices for the queue page of ``user``. Five queries."""
    cases = Escalation.objects.filter(opened_at__gte=now - LOOK_BACK).order_by()
    met = list(cases.values_list("conversation__brand", "kind", "from_operator", "to_operator").distinct())
    pairs = {pair(Escalation(from_operator=sent, to_operator=received)) for _, _, sent, received in met}
    return {
        "brand": sorted({brand for brand, *_ in met}),
        "channel": [{"id": value, "name": label} for value, label in Channel.choices],
        "kind": _named({kind: words.claim_kind(brand, kind) for brand, kind, *_ in met if kind}),
        "pair": sorted(pairs - {""}),
        "label": [
            {"id": label.pk, "name": label.name, "colour": label.colour, "brand": label.brand}
            for label in Label.objects.all()
        ],
        "team": list(Team.objects.values("id", "name")),
        "agent": [person(each) for each in _agents()],
        "priority": [{"id": value, "name": label} for value, label in Priority.choices],
        "views": saved_views.of(user),
        "may_act": roles.may_act(user),
        "may_assign": roles.may_assign(user),
    }


def _agents() -> list[User]:
    return list(staff.holders(staff.ACT).order_by("first_name", "last_name", "username"))


def _named(names: dict[str, str]) -> list[dict[str, str]]:
    return [{"id": code, "name": name} for code, name in sorted(names.items(), key=lambda item: item[1])]
