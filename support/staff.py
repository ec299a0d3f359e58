"""Who among the staff is to be told: those who supervise, and those who are there."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from support.models import Availability

SUPERVISE = "support.supervise_desk"
ACT = "support.change_escalation"
BACKEND = "django.contrib.auth.backends.ModelBackend"
PRESENT_SECONDS = 120  # a page left open says every so often that somebody sits at it


def supervisors() -> QuerySet[User]:
    """Who may settle how the desk works."""
    return _with(SUPERVISE)


def present() -> QuerySet[User]:
    """Who may answer, says to be available, and was seen at a page a moment ago."""
    since = timezone.now() - timedelta(seconds=PRESENT_SECONDS)
    return _with(ACT).filter(team_member__availability=Availability.AVAILABLE, team_member__seen_at__gte=since)


def _with(permission: str) -> QuerySet[User]:
    return User.objects.with_perm(permission, backend=BACKEND).filter(is_staff=True)
