"""Every case of a scope as one row of a file: numbers masked, no words of the customer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from support.console import words as french
from support.console.naming import customer_name
from support.console.reports.cells import Value
from support.insight.desk import parts
from support.insight.desk import scope as scopes
from support.insight.desk.scope import Scope
from support.models import Escalation

MAX_ROWS = 100_000
HEADS = (
    "Conversation", "Client", "Marque", "Canal", "Motif", "Nature", "Départ", "Arrivée", "Montant (F)", "Priorité",
    "État", "Conseiller", "Ouverte le", "Prise le", "1re réponse le", "Terminée le", "1re réponse (s)",
    "Résolution (s)", "Échéance", "À l'heure", "Rouverte", "Note",
)  # fmt: skip


def rows(scope: Scope, now: datetime) -> Iterator[tuple[Value, ...]]:
    """Newest first, at most ``MAX_ROWS``; read in pieces, in one query."""
    related = ("conversation__identity", "conversation__customer", "assignee", "satisfaction")
    chosen = (
        scopes.cases(scope)
        .filter(parts.of_cases(scope.only, now).rows)
        .select_related(*related)
        .defer("conversation__state", "summary")
    )
    for case in chosen.order_by("-opened_at")[:MAX_ROWS].iterator(chunk_size=2000):
        yield _row(case)


def _row(case: Escalation) -> tuple[Value, ...]:
    conversation = case.conversation
    kept = case.first_replied_at <= case.due_at if case.first_replied_at else None
    satisfaction = getattr(case, "satisfaction", None)
    return (
        str(conversation.id),
        customer_name(conversation),
        conversation.brand,
        conversation.get_channel_display(),
        case.get_reason_display(),
        french.claim_kind(conversation.brand, case.kind) if case.kind else "",
        case.from_operator,
        case.to_operator,
        case.card.get("amount_fcfa"),
        case.get_priority_display(),
        case.get_status_display(),
        (case.assignee.get_full_name() or case.assignee.get_username()) if case.assignee else "",
        *(instant(at) for at in (case.opened_at, case.taken_at, case.first_replied_at, case.closed_at)),
        _seconds(case.opened_at, case.first_replied_at),
        _seconds(case.opened_at, case.closed_at),
        instant(case.due_at),
        "" if kept is None else "oui" if kept else "non",
        "oui" if case.reopened else "non",
        satisfaction.score if satisfaction else None,
    )


def instant(at: datetime | None) -> str:
    """As a sheet reads it, Abidjan time; empty for never."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _seconds(began: datetime, ended: datetime | None) -> int | None:
    return round((ended - began).total_seconds()) if ended else None
