"""The audit trail: each row's digest covers its content and the digest before it, so that tampering shows.

The digests are made with INDEX_KEY. When that is renewed, what stands there already is sealed: a row under the new key
holds a digest, under the new key too, of everything before it.
"""

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
SEAL = "index_key_renewed"


class Broken(Exception):
    """The trail does not hold under the key it was written with; the text names the row."""


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


def first_break(key: str = "") -> str | None:
    """Where the chain breaks: id of the first row that does not follow, "end" when rows are missing there, or None.

    ``key`` stands for today's where another is meant. Of the rows before a seal no other key is needed, but only the
    seal can tell that one of them was changed: the break is then the seal's.
    """
    newest = AuditEvent.objects.filter(action=SEAL).order_by("id").last()
    sealed_until = newest.pk if newest else 0
    sealed, previous = _running(key), FIRST
    for event in AuditEvent.objects.order_by("id").iterator():
        if event.pk < sealed_until:
            _take_in(sealed, event)
        elif event.previous != previous or not is_own(event, key):
            return str(event.pk)
        if event.pk == sealed_until and event.details.get("sealed") != sealed.hexdigest():
            return str(event.pk)
        previous = event.digest
    head = AuditHead.objects.filter(id=1).first()
    return None if (head.digest if head else FIRST) == previous else "end"


def seal(old: str, *, broken: bool = False) -> AuditEvent:
    """Close what was written with the key ``old`` under today's. To be called as ``record`` is.

    Raises Broken where it does not hold; with ``broken`` it is sealed as it is, and the seal says where it broke.
    """
    AuditHead.objects.select_for_update().filter(id=1).first()
    if (where := first_break(old)) and not broken:
        raise Broken(f"the audit trail breaks at {where}")
    sealed, rows = _running(), 0
    for event in AuditEvent.objects.order_by("id").iterator():
        _take_in(sealed, event)
        rows += 1
    details = {"rows": rows, "sealed": sealed.hexdigest(), **({"broken_at": where} if where else {})}
    return record(None, SEAL, "index_key", details)


def is_own(event: AuditEvent, key: str = "") -> bool:
    """Whether a row is as it was written with ``key``."""
    return hmac.compare_digest(event.digest, _digest(event, key))


def _take_in(sealed: hmac.HMAC, event: AuditEvent) -> None:
    sealed.update(json.dumps([event.pk, _content(event), event.digest]).encode())


def _digest(event: AuditEvent, key: str = "") -> str:
    running = _running(key)
    running.update(_content(event).encode())
    return running.hexdigest()


def _running(key: str = "") -> hmac.HMAC:
    return hmac.new((key or settings.INDEX_KEY).encode(), digestmod=hashlib.sha256)


def _content(event: AuditEvent) -> str:
    return json.dumps(
        [event.previous, event.actor_name, event.action, event.target, event.details, _instant(event.at)],
        sort_keys=True,
    )


def _instant(at: datetime) -> str:
    return at.astimezone(timezone.get_default_timezone()).isoformat(timespec="microseconds")
