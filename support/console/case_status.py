"""The door to a case's status and priority."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse

from support import clock, statuses
from support.console import roles
from support.console.actions import Unusable, action
from support.models import Status


@action
def set_status(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Set the case aside or open it: {"status": "open" | "pending"}, or {"status": "snoozed", "until": a choice}."""
    status, until = status_of(body, clock.now())
    statuses.set_status(conversation, user, status, until, of_anybody=roles.may_assign(user))
    return HttpResponse(status=204)


def status_of(body: Mapping[str, Any], now: datetime) -> tuple[Status, datetime | None]:
    """The status asked for, and the end of a snooze. Raises Unusable; EscalationError for an end that is no date."""
    match body:
        case {"status": "snoozed", "until": str(until)}:
            return Status.SNOOZED, statuses.snooze_end(until, now)
        case {"status": "open" | "pending" as status}:
            return Status(status), None
    raise Unusable("Cet état n'existe pas.")
