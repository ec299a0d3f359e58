"""The sessions of staff: each sign-in has a row, and what the row says is believed over the cookie."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from support.accounts.devices import name_of
from support.models import StaffSession
from support.transports.addresses import request_address

KEY = "staff_session"
TOUCH = timedelta(minutes=5)  # how exact « vue à » is; a write a minute and agent would be too much


def begin(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Receiver of ``user_logged_in``: note where the session comes from."""
    if not user.is_staff:
        return
    now = timezone.now()
    row = StaffSession.objects.create(
        user=user,
        device=name_of(request.META.get("HTTP_USER_AGENT", "")),
        address=shorten(request_address(request)),
        mark=_mark(user),
        began_at=now,
        seen_at=now,
    )
    request.session[KEY] = str(row.pk)


def finish(sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
    """Receiver of ``user_logged_out``."""
    if name := _id(request.session):
        StaffSession.objects.filter(pk=name, ended_at=None).update(ended_at=timezone.now())


def current(session: SessionBase, user: User | AnonymousUser) -> StaffSession | None:
    """The row of a session that still holds; None when it was ended, was quiet for too long or never had one."""
    if (name := _id(session)) is None or user.pk is None:
        return None
    quiet = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return StaffSession.objects.filter(pk=name, user_id=user.pk, ended_at=None, seen_at__gte=quiet).first()


def touch(request: HttpRequest, row: StaffSession, user: User) -> None:
    """Note that the session is used, now and then, and push back the hour at which it ends by itself."""
    now, mark = timezone.now(), _mark(user)
    if now - row.seen_at < TOUCH and row.mark == mark:
        return
    StaffSession.objects.filter(pk=row.pk).update(seen_at=now, mark=mark)
    request.session.modified = True


def live(user: User) -> QuerySet[StaffSession]:
    """The sessions of ``user`` that still hold, the latest first."""
    quiet = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return StaffSession.objects.filter(user=user, ended_at=None, seen_at__gte=quiet, mark=_mark(user))


def end(user: User, name: uuid.UUID) -> bool:
    """End one session of ``user``; False when there is no such one."""
    return bool(StaffSession.objects.filter(user=user, pk=name, ended_at=None).update(ended_at=timezone.now()))


def end_all(user: User, but: uuid.UUID | None = None) -> int:
    """End the sessions of ``user``, all or all but one; returns how many."""
    rows = StaffSession.objects.filter(user=user, ended_at=None)
    return (rows.exclude(pk=but) if but else rows).update(ended_at=timezone.now())


def shorten(address: str) -> str:
    """Enough of an address to recognise a place by, not to find a person by: « 41.207.•.• »."""
    if ":" in address:
        return ":".join(address.split(":")[:2]) + ":…"
    parts = address.split(".")
    return f"{parts[0]}.{parts[1]}.•.•" if len(parts) == 4 else "–"


def _mark(user: User) -> str:
    return hashlib.sha256(user.get_session_auth_hash().encode()).hexdigest()[:32]


def _id(session: SessionBase) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(session.get(KEY)))
    except ValueError:
        return None
