"""Saying on a case's page that two contacts are one person: what both have, the act, and how it is undone."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse

from support import merging
from support.console import roles, words
from support.console.actions import Unusable, action
from support.console.lookups import lookup
from support.console.masking import mask_number, mask_phones
from support.console.naming import customer_name
from support.models import Channel, Claim, ClaimStatus, Conversation, Identity, MergedIdentity
from support.problems import document
from support.transports.web.events import isoformat

_FILE = Path(__file__).with_name("merging.toml")
REFUSED = "Votre rôle ne permet pas de réunir ou de séparer des contacts."
SETTLED = (ClaimStatus.RESOLVED, ClaimStatus.REFUNDED, ClaimStatus.REJECTED)
MOST = 10  # rows of each kind that are written out; the rest is counted
MOST_SHOWN = 500  # conversations that one act may concern
Json = dict[str, Any]


@cache
def reasons() -> Mapping[str, str]:
    """Code → French, for the list of the page; only the code is kept, in the audit chain."""
    table: dict[str, str] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["reasons"]
    return table


def shown(conversation: Conversation, user: User) -> Json:
    """For the card: whether ``user`` may merge, and who this address was before. ``identity__merged`` is read."""
    merged: MergedIdentity | None = getattr(conversation.identity, "merged", None)
    return {"may": roles.may_merge(user), **was(merged)}


def was(merged: MergedIdentity | None) -> Json:
    """Whether an address was merged by hand, and under which name its contact went before."""
    return {"merged": merged is not None, "was": mask_phones(merged.display_name) if merged else ""}


@lookup
def compare(request: HttpRequest, conversation: Conversation, user: User) -> HttpResponse:
    """What the contact of this case and that of the case ``?with=`` have, numbers masked. Three queries."""
    if not roles.may_merge(user):
        return document(403, REFUSED, code="forbidden")
    try:
        other = _uuid(request.GET.get("with"))
    except Unusable as error:
        return document(422, str(error), code="unusable")
    rows = list(merging.conversations_of(conversation.id, other).select_related("identity", "customer").defer("state"))
    people = {row.id: row.customer for row in rows}
    if conversation.id not in people or other not in people:
        return document(404, merging.GONE, code="not_found")
    if why := merging.refusal(people[conversation.id], people[other]):
        return document(409, why, code="conflict")
    claims = list(_open_claims(person.id for person in people.values()))
    kept, gone = (_side(people[each].id, rows, claims) for each in (conversation.id, other))
    return JsonResponse({"kept": kept, "other": gone, "shown": [str(row.id) for row in rows]})


@action
def merge(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Make the contact of the case ``with`` part of this one's, for a listed reason; ``shown`` as it was compared."""
    if not roles.may_merge(user):
        return document(403, REFUSED, code="forbidden")
    reason, seen = body.get("reason"), body.get("shown")
    if not isinstance(reason, str) or reason not in reasons():
        raise Unusable("Dites pourquoi ces deux contacts sont la même personne.")
    if not isinstance(seen, list) or not 0 < len(seen) <= MOST_SHOWN:
        raise Unusable("Comparez d'abord les deux contacts.")
    merging.merge(conversation, _uuid(body.get("with")), user, reason, [_uuid(each) for each in seen])
    return HttpResponse(status=204)


@action
def separate(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Make the address of this case a contact of its own again."""
    if not roles.may_merge(user):
        return document(403, REFUSED, code="forbidden")
    merging.separate(conversation, user)
    return HttpResponse(status=204)


def address(identity: Identity) -> str:
    """Which address it is, without telling it."""
    return mask_number(identity.value) if identity.channel == Channel.WHATSAPP else f"visiteur …{identity.value[-4:]}"


def _open_claims(customers: Iterable[uuid.UUID]) -> QuerySet[Claim]:
    claims = Claim.objects.filter(customer__in=set(customers)).exclude(status__in=SETTLED)
    return claims.defer("slots", "note", "success_reference").order_by("-filed_at")


def _side(customer: uuid.UUID, rows: Iterable[Conversation], claims: Iterable[Claim]) -> Json:
    theirs = [row for row in rows if row.customer_id == customer]
    open_claims = [claim for claim in claims if claim.customer_id == customer]
    return {
        "name": customer_name(theirs[0]),
        "since": isoformat(theirs[0].customer.created_at),
        "addresses": [_address(row) for row in theirs[:MOST]],
        "more_addresses": len(theirs[MOST:]),
        "claims": [_claim(claim, theirs[0].brand) for claim in open_claims[:MOST]],
        "more_claims": len(open_claims[MOST:]),
    }


def _address(row: Conversation) -> Json:
    return {
        "conversation": str(row.id),
        "channel": row.get_channel_display(),
        "address": address(row.identity),
        "owner": row.owner,
        "owner_label": row.get_owner_display(),
        "at": isoformat(row.inbound_at or row.created_at),
        "stopped": row.identity.opted_out_at is not None,
    }


def _claim(claim: Claim, brand: str) -> Json:
    return {
        "number": claim.number,
        "kind": words.claim_kind(brand, claim.kind),
        "status": claim.status,
        "status_label": claim.get_status_display(),
    }


def _uuid(value: object) -> uuid.UUID:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        raise Unusable("Choisissez l'autre contact.") from None
