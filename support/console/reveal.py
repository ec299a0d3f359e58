"""Seeing whole phone numbers: granted for a while, to one person, for one case, and written into the audit trail."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core import signing

from chatbot.anonymise.secrets import mask_secrets
from support import db
from support.console import roles, words
from support.console.masking import mask_phones
from support.privacy import audit

SALT = "support.console.reveal"
LASTS_SECONDS = 15 * 60
NEEDS_WORDS = "other"
MAX_NOTE = 200


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody looks: a code of ``reasons()``, and their own words, without numbers."""

    reason: str
    note: str = ""


def reasons() -> Mapping[str, str]:
    """The reasons there are, by code, in French."""
    return words.tables()["reveal_reasons"]  # type: ignore[no-any-return]


def why(said: Mapping[str, Any]) -> Why | None:
    """What the agent said, cleaned; None when it is no reason."""
    reason, note = said.get("reason"), said.get("note", "")
    if not isinstance(reason, str) or reason not in reasons() or not isinstance(note, str):
        return None
    plain = " ".join(note.replace("\x00", "").split()).encode(errors="replace").decode()
    note = mask_phones(mask_secrets(plain))[:MAX_NOTE]
    return None if reason == NEEDS_WORDS and len(note) < 3 else Why(reason, note)


def grant(user: User, conversation: uuid.UUID, why: Why) -> str:
    """Record that ``user`` looks and why, and return the token that the console's socket wants to see."""
    details = {"reason": why.reason, **({"note": why.note} if why.note else {})}
    with db.write():
        audit.record(user, "reveal", f"conversation:{conversation}", details)
    return signing.dumps([user.pk, conversation.hex], salt=SALT)


def is_granted(token: object, user: User, conversation: uuid.UUID) -> bool:
    """Whether ``token`` lets ``user``, who may still see them, see the whole numbers of ``conversation`` now."""
    if not isinstance(token, str) or not roles.may_reveal(user):
        return False
    try:
        granted = signing.loads(token, salt=SALT, max_age=LASTS_SECONDS)
    except signing.BadSignature:
        return False
    return bool(granted == [user.pk, conversation.hex])
