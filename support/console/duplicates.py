"""The same reference, or the same transaction, open with somebody else: said at the top of the card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Q

from support import case_identifiers
from support.console import selectors, words
from support.models import CaseIdentifier, Claim, ClaimStatus, Conversation

OPEN = {ClaimStatus.RECEIVED, ClaimStatus.PROCESSING, ClaimStatus.WAITING_CUSTOMER}
MOST = 20  # rows looked at: a reference that more people hold is no longer news
Facts = Iterable[Mapping[str, Any]]


def of(conversation: Conversation, held: Facts) -> list[dict[str, Any]]:
    """Who else holds an identifier of ``held`` (slots of claims and of open cases). Two queries, none without any."""
    mine = dict(_digests(held))
    if not mine:
        return []
    others = CaseIdentifier.objects.filter(digest__in=mine, conversation__brand=conversation.brand)
    rows = list(
        others.exclude(conversation__customer_id=conversation.customer_id).select_related(
            "conversation__identity", "conversation__customer"
        )[:MOST]
    )
    near = Q(reference_index__in=mine) | Q(conversation__in=[row.conversation_id for row in rows])
    claims = Claim.objects.filter(near, conversation__brand=conversation.brand)
    claims = claims.exclude(customer_id=conversation.customer_id).select_related(
        "conversation__identity", "conversation__customer"
    )[:MOST]
    return _told(mine, rows, list(claims))


def _told(mine: Mapping[str, str], rows: list[CaseIdentifier], claims: list[Claim]) -> list[dict[str, Any]]:
    told: dict[tuple[Any, str], dict[str, Any]] = {}
    filed = set()
    for claim in claims:
        for digest in dict(_digests([claim.slots])).keys() & mine.keys():
            filed.add((claim.conversation_id, digest))
            if claim.status in OPEN:
                told[claim.conversation_id, digest] = _one(claim.conversation, mine[digest], claim)
    for row in rows:
        if (row.conversation_id, row.digest) not in filed:
            told[row.conversation_id, row.digest] = _one(row.conversation, mine[row.digest], None)
    return list(told.values())


def _one(conversation: Conversation, slot: str, claim: Claim | None) -> dict[str, Any]:
    return {
        "conversation": str(conversation.id),
        "customer": selectors.customer_name(conversation),
        "what": "référence" if slot == "easytransfert_id" else "transaction",
        "claim": claim.number if claim else "",
        "status": claim.get_status_display() if claim else "en cours de collecte",
        "kind": words.claim_kind(conversation.brand, claim.kind) if claim else "",
    }


def _digests(held: Facts) -> Iterator[tuple[str, str]]:
    for slots in held:
        for name in case_identifiers.SLOTS:
            if value := slots.get(name, {}).get("value"):
                yield case_identifiers.digest(name, str(value)), name
