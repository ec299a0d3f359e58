"""Web sessions: a signed token names one visitor and one conversation. No row is written before the first message."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.utils import timezone

from support.models import Channel, Conversation
from support.privacy.fields import blind_index

SALT = "akwaba.web.session"
MAX_IDENTITY_CHARACTERS = 200


class SessionError(Exception):
    """A token or identity that cannot be honoured; ``code`` is the contract's: ``expired`` or ``forbidden``."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, slots=True)
class Session:
    """Who is at the other end of a web socket."""

    brand: str
    address: str
    conversation: uuid.UUID

    def token(self) -> str:
        """The signed token, valid for SESSION_DAYS."""
        return signing.dumps([self.brand, self.address, self.conversation.hex], salt=SALT, compress=True)


def create(brand: str, identity: str = "", identity_hmac: str = "") -> tuple[Session, datetime]:
    """A session and when it ends. ``identity_hmac``: hex HMAC-SHA256 of ``identity`` under IDENTITY_SECRET.

    Raises SessionError when the proof of identity is wrong.
    """
    if identity:
        _check_identity(brand, identity, identity_hmac)
        address = f"user:{identity}"
    else:
        address = f"visitor:{uuid.uuid4().hex}"
    session = Session(brand, address, _conversation(brand, address) if identity else uuid.uuid4())
    return session, timezone.now() + timedelta(days=settings.SESSION_DAYS)


def read(token: str) -> Session:
    """The session a token names. Raises SessionError."""
    try:
        brand, address, conversation = signing.loads(token, salt=SALT, max_age=timedelta(days=settings.SESSION_DAYS))
        return Session(str(brand), str(address), uuid.UUID(str(conversation)))
    except signing.SignatureExpired:
        raise SessionError("expired", "La session a expiré.") from None
    except (signing.BadSignature, ValueError, TypeError):
        raise SessionError("forbidden", "La session n'est pas valable.") from None


def _check_identity(brand: str, identity: str, proof: str) -> None:
    if len(identity) > MAX_IDENTITY_CHARACTERS:
        raise SessionError("forbidden", "L'identité est trop longue.")
    due = hmac.new(settings.IDENTITY_SECRET.encode(), f"{brand}:{identity}".encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(due.encode(), proof.lower().encode()):
        raise SessionError("forbidden", "La preuve d'identité n'est pas valable.")


def _conversation(brand: str, address: str) -> uuid.UUID:
    """A known person's conversation: the one there is, or the one that the first message will create."""
    index = blind_index(f"{brand}:{Channel.WEB}", address)
    known = Conversation.objects.filter(identity__value_index=index).values_list("id", flat=True).first()
    return known or uuid.uuid5(uuid.NAMESPACE_URL, f"akwaba:{index}")
