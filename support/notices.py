"""Telling members of staff of something they should look at: kept until seen, and rung at once on their open pages."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction

from support import clock
from support.models import Notice, NoticeKind
from support.transports.web import events


def tell(users: Iterable[User], kind: NoticeKind, conversation: uuid.UUID | None = None, text: str = "") -> int:
    """Write one notice for each of ``users`` and ring for it after the commit; returns how many. In a transaction."""
    now = clock.now()
    rows = [Notice(user=user, kind=kind, conversation_id=conversation, text=text, at=now) for user in users]
    Notice.objects.bulk_create(rows)
    told = [row.user_id for row in rows]
    if told:
        transaction.on_commit(lambda: events.publish((events.CONSOLE_GROUP, {"type": "notice", "users": told})))
    return len(rows)


def seen(user: User, ids: Iterable[uuid.UUID] | None = None) -> int:
    """Mark the user's own notices as seen, all or those of ``ids``; returns how many were new."""
    rows = Notice.objects.filter(user=user, seen_at__isnull=True)
    if ids is not None:
        rows = rows.filter(id__in=list(ids))
    return rows.update(seen_at=clock.now())
