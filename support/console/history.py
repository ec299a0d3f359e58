"""Resolved cases, page by page: there are too many, and they change too little, to be kept live."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpResponse, JsonResponse

from support.console import doors, rows
from support.console.actions import Unusable
from support.models import Escalation

PAGE = 50
# A filter of the queue's address → the column it is about.
_PLAIN = {"brand": "conversation__brand", "channel": "conversation__channel", "kind": "kind"}


@doors.reads
def history(user: User, query: Mapping[str, Any]) -> HttpResponse:
    """The latest resolved cases that the filters let through; ``before`` is the last ``case`` of the page before."""
    cases = list(resolved(user, query)[: PAGE + 1].values_list("id", flat=True))
    page = Escalation.objects.filter(id__in=cases[:PAGE]).order_by("-closed_at", "-id")
    return JsonResponse({"rows": rows.of(page), "more": len(cases) > PAGE})


def resolved(user: User, query: Mapping[str, Any]) -> QuerySet[Escalation]:
    """Resolved cases, latest first, after ``before``. Raises Unusable."""
    cases = Escalation.objects.filter(closed_at__isnull=False)
    for name, column in _PLAIN.items():
        if value := query.get(name):
            cases = cases.filter(**{column: value})
    if pair := query.get("pair"):
        sent, _, received = str(pair).partition(">")
        cases = cases.filter(from_operator=sent.replace("?", ""), to_operator=received.replace("?", ""))
    if label := query.get("label"):
        cases = cases.filter(conversation__labels=_number(label))
    if team := query.get("team"):
        cases = cases.filter(team=_number(team))
    if query.get("who") == "mine":
        cases = cases.filter(assignee=user)
    elif agent := query.get("agent"):
        cases = cases.filter(assignee=_number(agent))
    if before := query.get("before"):
        cases = cases.filter(_after(str(before)))
    return cases.order_by("-closed_at", "-id")


def _after(case: str) -> Q:
    """What comes after a case in the order of the list: by key, so that a deep page costs what the first one does."""
    try:
        last = Escalation.objects.filter(id=uuid.UUID(case)).values("id", "closed_at").first()
    except ValueError:
        last = None
    if last is None:
        raise Unusable("« before » n'est pas un cas.")
    return Q(closed_at__lt=last["closed_at"]) | Q(closed_at=last["closed_at"], id__lt=last["id"])


def _number(text: Any) -> int:
    if not str(text).isascii() or not str(text).isdigit() or len(str(text)) > 9:
        raise Unusable("Un nombre est attendu.")
    return int(text)
