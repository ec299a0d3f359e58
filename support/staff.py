"""Members of staff: who has a permission, and how colleagues call them."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import QuerySet

ACT = "support.change_escalation"
SUPERVISE = "support.supervise_desk"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def holders(permission: str) -> QuerySet[User]:
    """Active members of staff who have a permission, by group, by name or as superusers."""
    return User.objects.with_perm(permission, backend=BACKEND).filter(is_staff=True)


def supervisors() -> QuerySet[User]:
    """Who may settle how the desk works."""
    return holders(SUPERVISE)


def name(user: User) -> str:
    """How colleagues call a member of staff."""
    return user.get_full_name() or user.get_username()
