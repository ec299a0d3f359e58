"""What the back office reads: claims by page and one by one, as JSON."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from support import clock, db
from support.backoffice.instants import parse_instant
from support.models import Claim, ClaimEvent, Forwarded
from support.transports.web.events import isoformat


@dataclass(frozen=True, slots=True)
class Filters:
    """Which claims; empty means all."""

    status: Sequence[str] = field(default_factory=tuple)
    kind: str = ""
    changed_since: datetime | None = None


class BadCursor(ValueError):
    """A cursor that no page gave."""


def page(brand: str, filters: Filters, cursor: str, limit: int) -> tuple[list[Claim], str]:
    """Up to ``limit`` claims, those that changed longest ago first, and the cursor of the rest (empty: no more).

    A claim that changes while it is paged through comes again; none is passed over. Raises BadCursor.
    """
    rows = Claim.objects.filter(conversation__brand=brand)
    if filters.status:
        rows = rows.filter(status__in=filters.status)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.changed_since:
        rows = rows.filter(changed_at__gte=filters.changed_since)
    if cursor:
        at, last = _read_cursor(cursor)
        rows = rows.filter(Q(changed_at__gt=at) | Q(changed_at=at, id__gt=last))
    found = list(rows.order_by("changed_at", "id")[: limit + 1])
    more = len(found) > limit
    return found[:limit], _cursor(found[limit - 1]) if more else ""


def one(brand: str, number: str) -> Claim | None:
    """The claim called ``number``."""
    return Claim.objects.filter(conversation__brand=brand, number=number).prefetch_related("events").first()


def mark_forwarded(claims: Sequence[Claim], way: Forwarded) -> None:
    """The back office has these now, if it had not before."""
    new = [claim for claim in claims if claim.forwarded_at is None]
    if not new:
        return
    now = clock.now()
    with db.write():
        rows = Claim.objects.filter(id__in=[claim.id for claim in new], forwarded_at__isnull=True)
        lock_in_order(rows)
        rows.update(forwarded_at=now, forwarded_by=way)
    for claim in new:
        claim.forwarded_at, claim.forwarded_by = now, way


def lock_in_order(claims: QuerySet[Claim]) -> None:
    """Lock many claims so that two who do wait for each other instead of for ever. Inside a transaction."""
    list(claims.select_for_update(of=("self",)).order_by("id").values_list("id", flat=True))


def claim_as_json(claim: Claim) -> dict[str, Any]:
    """A claim as the API and the notices show it."""
    return {
        "number": claim.number,
        "kind": claim.kind,
        "status": claim.status,
        "note": claim.note,
        "success_reference": claim.success_reference,
        "slots": {
            name: {"value": slot.get("value"), "at": slot.get("at"), "validity": slot.get("validity", "ok")}
            for name, slot in claim.slots.items()
        },
        "filed_at": isoformat(claim.filed_at),
        "changed_at": isoformat(claim.changed_at),
        "forwarded_at": isoformat(claim.forwarded_at) if claim.forwarded_at else None,
    }


def history(claim: Claim) -> list[dict[str, Any]]:
    """What happened to a claim, oldest first."""
    return [_event(event) for event in claim.events.all()]


def _event(event: ClaimEvent) -> dict[str, Any]:
    told: dict[str, Any] = {"name": event.name, "at": isoformat(event.at)}
    if event.name == "status":
        result = event.details.get("result", {})
        told |= {
            "status": event.details.get("status"),
            "note": event.details.get("note", ""),
            "event_id": event.event_id,
            "outcome": result.get("outcome"),
            "told": event.told or "nothing",
        }
    if changed := sorted(event.details.get("after", {})):
        told["changed"] = changed
    return told


def _cursor(claim: Claim) -> str:
    text = f"{claim.changed_at.astimezone(UTC).isoformat()} {claim.id.hex}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, uuid.UUID]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        at, last = text.split(" ")
        return parse_instant(at), uuid.UUID(last)
    except (ValueError, binascii.Error) as error:
        raise BadCursor(cursor[:20]) from error
