"""Every claim behind a figure as one row of a file: numbers masked, no words of the customer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from support.console import words as french
from support.console.naming import customer_name
from support.console.reports.case_list import MAX_ROWS, instant
from support.console.reports.cells import Value
from support.console.reports.listing import WHO
from support.insight.desk import francs, parts
from support.insight.desk.scope import Scope
from support.models import Claim

HEADS = (
    "Dossier", "Client", "Marque", "Canal", "Nature", "Départ", "Arrivée", "Montant (F)", "État", "Déposé le",
    "Conversation",
)  # fmt: skip


def rows(scope: Scope, now: datetime) -> Iterator[tuple[Value, ...]]:
    """Oldest first, at most ``MAX_ROWS``; read in pieces, in one query."""
    chosen = francs.unsettled(scope).filter(parts.of_claims(scope.only, now).rows).select_related(*WHO)
    chosen = chosen.defer("conversation__state", "slots", "note", "success_reference").order_by("filed_at")
    for claim in chosen[:MAX_ROWS].iterator(chunk_size=2000):
        yield _row(claim)


def _row(claim: Claim) -> tuple[Value, ...]:
    conversation = claim.conversation
    return (
        claim.number,
        customer_name(conversation),
        conversation.brand,
        conversation.get_channel_display(),
        french.claim_kind(conversation.brand, claim.kind),
        claim.from_operator,
        claim.to_operator,
        claim.amount_fcfa,
        claim.get_status_display(),
        instant(claim.filed_at),
        str(conversation.id),
    )
