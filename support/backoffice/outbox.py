"""What the back office is to be told, written in the same transaction as what it tells of."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from support import db, doorbell
from support.backoffice.reading import claim_as_json
from support.models import Claim, OutgoingEvent
from support.transports.web.events import isoformat


def write(claim: Claim, name: str, changed: Sequence[str] = ()) -> None:
    """Put a notice in the outbox, if a back office listens. Inside the transaction that files or corrects ``claim``."""
    if not settings.BACKOFFICE_WEBHOOK_URL:
        return
    now, identity = timezone.now(), db.uuid7()
    body = {"id": str(identity), "event": name, "at": isoformat(claim.changed_at), "claim": claim_as_json(claim)}
    if changed:
        body["changed"] = list(changed)
    OutgoingEvent.objects.create(
        id=identity,
        claim=claim,
        name=name,
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        created_at=now,
        since=now,
        next_at=now,
    )
    transaction.on_commit(lambda: doorbell.ring_back_office(claim.id))
