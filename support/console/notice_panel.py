"""The bell of both pages: what a person should look at and has not yet."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse, JsonResponse

from support import db, notices
from support.console import doors
from support.console.actions import Unusable
from support.console.masking import mask_phones
from support.console.naming import customer_name
from support.models import Notice
from support.transports.web.events import isoformat

SHOWN = 50


@doors.reads
def unseen(user: User, query: Mapping[str, Any]) -> HttpResponse:
    """The person's unseen notices, latest first, and how many there are."""
    rows = Notice.objects.filter(user=user, seen_at__isnull=True)
    latest = rows.select_related("conversation__customer", "conversation__identity").order_by("-at")[:SHOWN]
    return JsonResponse({"unseen": rows.count(), "notices": [_json(notice) for notice in latest]})


@doors.changes_own
def mark_seen(user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Mark the notices ``ids`` as seen, or all of the person's."""
    ids = body.get("ids")
    if ids is not None and not isinstance(ids, list):
        raise Unusable("« ids » doit être une liste.")
    try:
        chosen = None if ids is None else [uuid.UUID(str(each)) for each in ids[:SHOWN]]
    except ValueError:
        raise Unusable("« ids » doit être une liste d'identifiants.") from None
    with db.write():
        count = notices.seen(user, chosen)
    return JsonResponse({"seen": count})


def _json(notice: Notice) -> dict[str, Any]:
    return {
        "id": str(notice.id),
        "kind": notice.kind,
        "kind_label": notice.get_kind_display(),
        "text": mask_phones(notice.text),
        "at": isoformat(notice.at),
        "conversation": str(notice.conversation_id) if notice.conversation_id else None,
        "customer": customer_name(notice.conversation) if notice.conversation else "",
    }
