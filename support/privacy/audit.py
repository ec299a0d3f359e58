"""The audit trail: each row's digest covers its content and the digest before it, so that tampering shows."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from support.models import AuditEvent, AuditHead

FIRST = "0" * 64


def record(
    actor: AbstractBaseUser | None, action: str, target: str, details: Mapping[str, Any] | None = None
) -> AuditEvent:
    """Append an act. To be called inside a write transaction, as its last lock."""
    AuditHead.objects.get_or_create(id=1, defaults={"digest": FIRST})
    head = AuditHead.objects.select_for_update().get(id=1)
    event = AuditEvent(
        actor_id=actor.pk if actor else None,
        actor_name=actor.get_username() if actor else "akwaba",
        action=action,
        target=target,
        details=dict(details or {}),
        at=timezone.now(),
        previous=head.digest,
    )
    event.digest = _digest(event)
    event.save(force_insert=True)
    AuditHead.objects.filter(id=1).update(digest=event.digest)
    return event


def first_break() -> str | None:
    """Where the chain breaks: id of the first row that does not follow, "end" when rows are missing there, or None."""
    previous = FIRST
    for event in AuditEvent.objects.order_by("id").iterator():
        if event.previous != previous or not hmac.compare_digest(event.digest, _digest(event)):
            return str(event.pk)
        previous = event.digest
    head = AuditHead.objects.filter(id=1).first()
    return None if (head.digest if head else FIRST) == previous else "end"


def _digest(event: AuditEvent) -> str:
    content = json.dumps(
        [event.previous, event.actor_name, event.action, event.target, event.details, _instant(event.at)],
        sort_keys=True,
    )
    return hmac.new(settings.INDEX_KEY.encode(), content.encode(), hashlib.sha256).hexdigest()


def _instant(at: datetime) -> str:
    return at.astimezone(timezone.get_default_timezone()).isoformat(timespec="microseconds")
