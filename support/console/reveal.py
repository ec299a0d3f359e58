"""Seeing whole phone numbers: granted for a while, to one person, for one case, and written into the audit trail."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import User
from django.core import signing

from support import db
from support.privacy import audit

SALT = "support.console.reveal"
LASTS_SECONDS = 15 * 60


def grant(user: User, conversation: uuid.UUID) -> str:
    """Record that ``user`` looks, and return the token that the console's socket wants to see."""
    with db.write():
        audit.record(user, "reveal", f"conversation:{conversation}")
    return signing.dumps([user.pk, conversation.hex], salt=SALT)


def is_granted(token: object, user: User, conversation: uuid.UUID) -> bool:
    """Whether ``token`` lets ``user`` see the whole numbers of ``conversation`` now."""
    if not isinstance(token, str):
        return False
    try:
        granted = signing.loads(token, salt=SALT, max_age=LASTS_SECONDS)
    except signing.BadSignature:
        return False
    return bool(granted == [user.pk, conversation.hex])
