"""Two contacts that are one person: their addresses go to one of them, on record, and can be separated again.

Conversations and claims go with the address they were held at. Every conversation of both is locked first, in the order
of their ids, as every writer locks its own before it files a claim: nothing is filed to a contact that is going.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from support import db
from support.escalate import EscalationError
from support.models import Claim, Conversation, Customer, Identity, MergedIdentity
from support.privacy import audit
from support.search import index
from support.transports.web import events

CHANGED = "Un collègue vient de changer l'un de ces contacts. Regardez-les de nouveau avant de réunir."
GONE = "Ce contact n'existe plus."


def merge(keep: uuid.UUID, other: uuid.UUID, by: User, reason: str, shown: Collection[uuid.UUID]) -> None:
    """Give all that the contact of conversation ``other`` has to the contact of conversation ``keep``.

    ``shown`` are the conversations of both that ``by`` was shown; ``reason`` is a code. Raises EscalationError.
    """
    with db.write():
        rows = _locked(keep, other)
        kept, gone = _contacts(rows, keep, other)
        if {row.id for row in rows} != set(shown):
            raise EscalationError(CHANGED)
        lent = not kept.display_name and bool(gone.display_name)
        _note_where_they_were(gone, by, lent=lent)
        if lent:
            Customer.objects.filter(id=kept.id).update(display_name=gone.display_name)
        Identity.objects.filter(customer=gone).update(customer=kept)
        Conversation.objects.filter(customer=gone).update(customer=kept)
        Claim.objects.filter(customer=gone).update(customer=kept)
        Customer.objects.filter(id=gone.id).delete()
        details = {"reason": reason, "kept": str(kept.id), "gone": str(gone.id)}
        _tell(by, "merged", [row.id for row in rows], details)


def separate(conversation_id: uuid.UUID, by: User) -> None:
    """Give the address of a conversation back to the contact it was merged from. Raises EscalationError."""
    with db.write():
        rows = _locked(conversation_id)
        (row,) = (row for row in rows if row.id == conversation_id)
        merged = MergedIdentity.objects.filter(identity=row.identity_id).first()
        if merged is None:
            raise EscalationError("Cette adresse n'a pas été réunie à la main : il n'y a rien à séparer.")
        _take_the_name_back(row.customer_id, merged)
        Customer.objects.get_or_create(
            id=merged.was, defaults={"brand": row.brand, "display_name": merged.display_name}
        )
        Customer.objects.filter(id=merged.was).update(created_at=merged.known_since)
        Identity.objects.filter(id=row.identity_id).update(customer=merged.was)
        Conversation.objects.filter(id=row.id).update(customer=merged.was)
        Claim.objects.filter(conversation=row).update(customer=merged.was)
        merged.delete()
        details = {"kept": str(row.customer_id), "again": str(merged.was)}
        _tell(by, "separated", [each.id for each in rows], details)


def refusal(one: Customer, other: Customer) -> str:
    """Why these two can never be one, in French; empty when they can."""
    if one == other:
        return "C'est déjà le même contact."
    return "" if one.brand == other.brand else "Ces deux contacts ne sont pas de la même marque."


def conversations_of(*ids: uuid.UUID) -> QuerySet[Conversation]:
    """Every conversation of the contacts that hold the conversations ``ids``, in the order of their ids."""
    contacts = Conversation.objects.filter(id__in=ids).order_by().values("customer")
    return Conversation.objects.filter(customer__in=contacts).order_by("id")


def _locked(*ids: uuid.UUID) -> list[Conversation]:
    """All of both, locked. Raises EscalationError where one is gone, or has moved while we waited for the locks."""
    wanted = list(conversations_of(*ids).values_list("id", flat=True))
    rows = Conversation.objects.select_for_update(of=("self",)).filter(id__in=wanted).order_by("id")
    found = list(rows.defer("state"))
    if not set(ids) <= {row.id for row in found}:
        raise EscalationError(GONE)
    if wanted != list(conversations_of(*ids).values_list("id", flat=True)):
        raise EscalationError(CHANGED)
    return found


def _contacts(rows: Iterable[Conversation], keep: uuid.UUID, other: uuid.UUID) -> tuple[Customer, Customer]:
    holders = {row.id: row.customer_id for row in rows}
    found = Customer.objects.select_for_update().in_bulk([holders[keep], holders[other]])
    kept, gone = found[holders[keep]], found[holders[other]]
    if why := refusal(kept, gone):
        raise EscalationError(why)
    return kept, gone


def _note_where_they_were(gone: Customer, by: User, *, lent: bool) -> None:
    """An address that was merged before keeps where it came from in the first place."""
    MergedIdentity.objects.bulk_create(
        [
            MergedIdentity(
                identity=identity,
                was=gone.id,
                display_name=gone.display_name,
                known_since=gone.created_at,
                name_lent=lent,
                by=by,
            )
            for identity in gone.identities.all()
        ],
        ignore_conflicts=True,
    )


def _take_the_name_back(customer_id: uuid.UUID, merged: MergedIdentity) -> None:
    kept = Customer.objects.select_for_update().get(id=customer_id)
    if merged.name_lent and kept.display_name == merged.display_name:
        Customer.objects.filter(id=kept.id).update(display_name="")


def _tell(by: User, act: str, conversations: Collection[uuid.UUID], details: dict[str, str]) -> None:
    """On record with each conversation; pages look again, and the search finds each by today's name."""
    for each in conversations:
        audit.record(by, act, f"conversation:{each}", details)
    transaction.on_commit(lambda: events.publish(*(events.changed(each) for each in conversations)))
    transaction.on_commit(lambda: index.index_anew(conversations), robust=True)
