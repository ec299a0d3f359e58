"""Invitations: one link, for one person, once, for three days. Of the link only a digest is stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.core import signing
from django.db.models import Q, QuerySet
from django.utils import timezone

from support import db
from support.accounts import lockout, sessions, staff
from support.console import roles
from support.models import Invitation
from support.privacy import audit

SALT = "support.accounts.invitation"
LASTS = timedelta(hours=72)


class InvitationError(Exception):
    """What was asked cannot be done; the text is French and fit for the screen."""


def invite(by: User, role: str, email: str = "") -> tuple[Invitation, str]:
    """A new colleague in ``role``: the row, and the token of the link, which nobody can read again."""
    require_grantable(by, role)
    with db.write():
        row, token = _create(by, role=role, email=email)
        audit.record(by, "invite", f"invitation:{row.pk}", {"role": role})
    return row, token


def invite_back(by: User, user: User) -> tuple[Invitation, str]:
    """A new password for a colleague who forgot theirs. Earlier such links are worth nothing."""
    with db.write():
        _open().filter(user=user).update(revoked_at=timezone.now())
        row, token = _create(by, user=user, email=user.email)
        audit.record(by, "password_link", f"user:{user.pk}")
    return row, token


def resend(row: Invitation, by: User) -> tuple[Invitation, str]:
    """The same invitation with a new link and three more days; the old link is worth nothing."""
    if row.accepted_at:
        raise InvitationError("Cette invitation a déjà servi.")
    revoke(row, by)
    return invite_back(by, row.user) if row.user else invite(by, row.role, row.email)


def revoke(row: Invitation, by: User) -> None:
    """End the link now."""
    with db.write():
        if Invitation.objects.filter(pk=row.pk, accepted_at=None, revoked_at=None).update(revoked_at=timezone.now()):
            audit.record(by, "invite_revoked", f"invitation:{row.pk}")


def waiting() -> QuerySet[Invitation]:
    """Those that nobody has used yet, the latest first."""
    return _open().select_related("user", "invited_by")


def read(token: str) -> Invitation | None:
    """The invitation of a link that still lets in; None for any other, without saying why."""
    try:
        signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    row = _open().filter(digest=_digest(token)).select_related("user", "invited_by").first()
    return row if row and _is_still_meant(row) else None


def accept(row: Invitation, username: str, first_name: str, last_name: str, password: str) -> User:
    """Let the person in: a new account in the role, or the old one with a new password. Raises InvitationError."""
    with db.write():
        if not _is_still_meant(row) or not _open().filter(pk=row.pk).update(accepted_at=timezone.now()):
            raise InvitationError("Cette invitation a déjà servi, ou elle a été révoquée.")
        user = row.user or User(username=username, email=row.email, is_staff=True)
        if not row.user:
            user.first_name, user.last_name = first_name, last_name
        user.set_password(password)
        user.save()
        if row.role:
            user.groups.set([Group.objects.get(name=row.role)])
        Invitation.objects.filter(pk=row.pk).update(user=user)
        sessions.end_all(user)
        lockout.clear(user)
        audit.record(user, "invite_accepted", f"invitation:{row.pk}")
    return user


def require_grantable(by: User, role: str) -> None:
    """Nobody gives more than they have. Raises InvitationError."""
    if role not in grantable(by):
        raise InvitationError("Vous ne pouvez pas donner ce rôle.")


def grantable(by: User) -> list[str]:
    """The roles whose permissions ``by`` has all of."""
    own = by.get_all_permissions()
    groups = Group.objects.filter(name__in=roles.ROLES).prefetch_related("permissions__content_type")
    names = {
        group.name
        for group in groups
        if by.is_superuser
        or {f"{each.content_type.app_label}.{each.codename}" for each in group.permissions.all()} <= own
    }
    return [name for name in roles.ROLES if name in names]


def _create(by: User, role: str = "", email: str = "", user: User | None = None) -> tuple[Invitation, str]:
    token = signing.dumps(secrets.token_urlsafe(16), salt=SALT)
    now = timezone.now()
    row = Invitation.objects.create(
        digest=_digest(token), role=role, email=email, user=user, invited_by=by, created_at=now, expires_at=now + LASTS
    )
    return row, token


def _is_still_meant(row: Invitation) -> bool:
    """Whether who made the link could make it today: nobody leaves a way in behind."""
    by = row.invited_by
    if by is None or not staff.may_manage(by):
        return False
    return staff.may_touch(by, row.user) if row.user else row.role in grantable(by)


def _open() -> QuerySet[Invitation]:
    active = Q(user=None) | Q(user__is_active=True)
    return Invitation.objects.filter(active, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
