"""Which INDEX_KEY the database is written with, and whether it is this process's.

The key finds customers by their address and closes the audit trail. A process that has another one would take every
customer for a stranger, so it must not work at all.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.utils import timezone

from support.models import AuditEvent, Identity, IndexKey
from support.privacy import audit
from support.privacy.fields import blind_index

TEXT = b"akwaba: the INDEX_KEY that this database is written with"
OTHER = (
    "INDEX_KEY is not the key that this database is written with: every customer would be taken for a stranger, and"
    " the audit trail would read as broken. Put the key back {where}; if it was changed on purpose, stop everything"
    " and run manage.py keys renew (docs/keys.md)."
)
UNDER_WAY = (
    "This database stands between two INDEX_KEYs: its renewal has begun and has not ended. Run manage.py keys renew"
    " again, with the same two keys; it goes on where it was (docs/keys.md)."
)


class WrongKey(Exception):
    """Why nothing may work on this database; the text is for who runs it. ``verdict`` says it in two words."""

    def __init__(self, text: str, verdict: str = "another key") -> None:
        super().__init__(text.format(where=_where()))
        self.verdict = verdict


def fingerprint(key: str) -> str:
    """By which a key is known again (32 hex digits): a digest under it of a fixed text."""
    return hmac.new(key.encode(), TEXT, hashlib.sha256).hexdigest()[:32]


def require() -> None:
    """Raises WrongKey unless this process may work here. The first time, remember the key.

    It is not remembered where something is written already and none of it agrees. Raises DatabaseError where the
    database is away, or has no tables yet.
    """
    if not is_marked():
        if agrees(settings.INDEX_KEY) is False:
            raise WrongKey(OTHER)
        own = {"fingerprint": fingerprint(settings.INDEX_KEY), "since": timezone.now()}
        IndexKey.objects.get_or_create(id=1, defaults=own)
        is_marked()  # another process may have been first, with another key


def is_marked() -> bool:
    """Whether the database remembers a key. Raises WrongKey when it is not this process's, DatabaseError as above."""
    row = IndexKey.objects.filter(id=1).first()
    if row is not None and row.next:
        raise WrongKey(UNDER_WAY, "key being renewed")
    if row is not None and not hmac.compare_digest(row.fingerprint, fingerprint(settings.INDEX_KEY)):
        raise WrongKey(OTHER)
    return row is not None


def agrees(key: str) -> bool | None:
    """Whether something here is written with ``key``, in a database that remembers none; None where nothing is yet."""
    signs = [*_addresses(key), *_acts(key)]
    return any(signs) if signs else None


def _addresses(key: str) -> Iterator[bool]:
    for order in ("id", "-id"):
        try:
            one = Identity.objects.order_by(order).first()
        except InvalidToken:  # not one of FIELD_KEYS fits: it tells nothing of this key
            continue
        if one is not None:
            yield hmac.compare_digest(one.value_index, blind_index(f"{one.brand}:{one.channel}", one.value, key))


def _acts(key: str) -> Iterator[bool]:
    newest = AuditEvent.objects.order_by("-id").first()
    if newest is not None:
        yield audit.is_own(newest, key)


def _where() -> str:
    return f"into {settings.VAR_DIR / 'keys.json'}" if settings.EMBEDDED else "into the environment"
