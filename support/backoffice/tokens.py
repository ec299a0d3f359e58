"""Tokens of the API: made once, shown once, found again by a keyed digest."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from support import db
from support.models import ApiToken
from support.privacy import audit
from support.privacy.fields import blind_index

SCOPES = ("backoffice", "predict")
MARK = "akw_"  # so that secret scanners know one when they see it
LONGEST = 200
USED_EVERY = timedelta(minutes=1)  # how often "last used" is written


class TokenError(ValueError):
    """What was asked cannot be done; the text is French."""


def create(
    name: str, scopes: Iterable[str], brand: str, expires_at: datetime | None = None, by: User | None = None
) -> tuple[ApiToken, str]:
    """A new token's row, and the token, which nobody can read again. Raises TokenError."""
    wanted = sorted(set(scopes))
    if not name.strip() or len(name) > 80:
        raise TokenError("Le nom doit avoir de 1 à 80 caractères.")
    if not wanted or not set(wanted) <= set(SCOPES):
        raise TokenError(f"Les droits possibles sont : {', '.join(SCOPES)}.")
    if expires_at and expires_at <= timezone.now():
        raise TokenError("La date d'expiration est passée.")
    token = MARK + secrets.token_urlsafe(32)
    with db.write():
        row = ApiToken.objects.create(
            name=name.strip(),
            prefix=token[:10],
            digest=_digest(token),
            scopes=",".join(wanted),
            brand=brand,
            created_by=by,
            expires_at=expires_at,
        )
        audit.record(by, "token_created", f"token:{row.pk}", {"name": row.name, "scopes": row.scopes})
    return row, token


def in_days(days: int | None) -> datetime | None:
    """When a token made now ends; None for one without end."""
    return timezone.now() + timedelta(days=days) if days else None


def revoke(row: ApiToken, by: User | None = None) -> bool:
    """End a token's life now; False when it was over already."""
    with db.write():
        if not ApiToken.objects.filter(pk=row.pk, revoked_at__isnull=True).update(revoked_at=timezone.now()):
            return False
        audit.record(by, "token_revoked", f"token:{row.pk}", {"name": row.name})
    return True


def find(token: str) -> ApiToken | None:
    """The living token's row, its use noted; None for one unknown, expired or revoked."""
    if not token or len(token) > LONGEST:
        return None
    digest = _digest(token)
    row = ApiToken.objects.filter(digest=digest).first()
    if row is None or not hmac.compare_digest(row.digest, digest) or not is_living(row):
        return None
    now = timezone.now()
    if row.last_used_at is None or now - row.last_used_at >= USED_EVERY:
        with db.write():
            ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return row


def is_living(row: ApiToken) -> bool:
    """Neither revoked nor expired."""
    return row.revoked_at is None and (row.expires_at is None or row.expires_at > timezone.now())


def may(row: ApiToken, scope: str) -> bool:
    """Whether the token was made for ``scope``."""
    return scope in row.scopes.split(",")


def _digest(token: str) -> str:
    return blind_index("api-token", token)
