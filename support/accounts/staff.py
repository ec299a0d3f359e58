"""What an administrator does to a colleague's account. Nobody does it to their own, nor to one that has more."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

from support import db, handing
from support.accounts import sessions
from support.console import roles
from support.models import Invitation
from support.privacy import audit


def may_manage(by: User | AnonymousUser) -> bool:
    """Whether accounts are open to ``by``: invite, reset, deactivate."""
    return by.is_active and by.is_staff and by.has_perms(["auth.add_user", "auth.change_user"])


def may_unlock(by: User | AnonymousUser) -> bool:
    """Whether ``by`` may see who is locked out, and let them try again."""
    return may_manage(by) or roles.may_supervise(by)


def may_touch(by: User, user: User) -> bool:
    """Whether ``by`` may change the account of ``user``: not their own, and none with more than they have."""
    own = by.is_superuser or (not user.is_superuser and user.get_all_permissions() <= by.get_all_permissions())
    return may_manage(by) and by.pk != user.pk and own


def deactivate(user: User, by: User) -> int:
    """Nobody comes in by this account any more, from now on. Returns how many of its cases went back to the queue."""
    with db.write():
        user.is_active = False
        user.save(update_fields=["is_active"])
        sessions.end_all(user)
        made = Invitation.objects.filter(invited_by=user, accepted_at=None, revoked_at=None)
        made.update(revoked_at=timezone.now())
        audit.record(by, "deactivate", f"user:{user.pk}")
    return handing.return_all(user, by)


def reactivate(user: User, by: User) -> None:
    """The account opens again, with its old password and second factor."""
    with db.write():
        user.is_active = True
        user.save(update_fields=["is_active"])
        audit.record(by, "reactivate", f"user:{user.pk}")
