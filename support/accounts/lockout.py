"""Who guesses is locked out for a while: after five from one address, or twenty from anywhere, at one account."""

from __future__ import annotations

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from support import db
from support.privacy import audit
from support.transports.addresses import request_address


class Handler(AxesDatabaseHandler):
    """django-axes's own, with a second bound: guesses that come from many addresses are still guesses."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Failures as axes counts them, or the limit itself once the account's own bound is met."""
        here = int(super().get_failures(request, credentials))
        everywhere = _failures((credentials or {}).get("username"))
        return max(here, settings.AXES_FAILURE_LIMIT if everywhere >= settings.LOCKOUT_ANYWHERE else 0)


def address(request: HttpRequest) -> str | None:
    """The client's address for axes: ours knows which proxies to believe."""
    return request_address(request) or None


def page(request: HttpRequest, *_: Any) -> HttpResponse:
    """What a locked-out person sees: how long, and whom to ask."""
    minutes = settings.LOCKOUT_MINUTES
    answer = render(request, "accounts/locked.html", {"minutes": minutes}, status=429)
    answer["Retry-After"] = str(minutes * 60)
    return answer


def is_locked(request: HttpRequest, user: User) -> bool:
    """Whether ``user`` may not even try from here."""
    return is_shut(request, user.get_username())


def is_shut(request: HttpRequest, username: str | None) -> bool:
    """Whether the account of that name, should there be one, is shut to this client."""
    return bool(username) and not AxesProxyHandler.is_allowed(request, {"username": username})


def wrong_code(request: HttpRequest, user: User) -> None:
    """Count a wrong second factor like a wrong password."""
    user_login_failed.send(__name__, credentials={"username": user.get_username()}, request=request)


def clear(user: User) -> None:
    """Forget the failures of somebody who has now got in by every step."""
    reset(username=user.get_username())


def unlock(user: User, by: User) -> None:
    """Let somebody try again at once."""
    with db.write():
        reset(username=user.get_username())
        audit.record(by, "unlock", f"user:{user.pk}")


def locked_usernames() -> set[str]:
    """Accounts locked now, from some address or from all."""
    since = timezone.now() - get_cool_off()
    rows = AccessAttempt.objects.filter(attempt_time__gte=since).values("username", "ip_address")
    counted: dict[str, int] = {}
    locked = set()
    for row in rows.annotate(failures=Sum("failures_since_start")).order_by():
        counted[row["username"]] = counted.get(row["username"], 0) + row["failures"]
        if row["failures"] >= settings.AXES_FAILURE_LIMIT or counted[row["username"]] >= settings.LOCKOUT_ANYWHERE:
            locked.add(row["username"])
    return locked


def noted(sender: Any, request: HttpRequest, username: str | None, **_: Any) -> None:
    """Receiver of ``user_locked_out``: the audit trail knows, once a lock and only of accounts that exist."""
    already = request.__dict__.get("axes_failures_since_start") is None  # a try while locked counts nothing
    user = None if already or not username else User.objects.filter(username=username).first()
    if user:
        with db.write():
            audit.record(None, "locked_out", f"user:{user.pk}")


def _failures(username: str | None) -> int:
    if not username:
        return 0
    recent = AccessAttempt.objects.filter(username=username, attempt_time__gte=timezone.now() - get_cool_off())
    return int(recent.aggregate(Sum("failures_since_start"))["failures_since_start__sum"] or 0)
