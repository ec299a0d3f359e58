"""Encrypted columns and blind indexes: a dump of the database shows no customer's words or numbers."""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    _Text = models.TextField[str, str]
    _Json = models.TextField[Any, Any]
else:
    _Text = _Json = models.TextField


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Fernet token under the newest of FIELD_KEYS."""
    return _box(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text again. Raises cryptography.fernet.InvalidToken when no key fits."""
    return _box(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()


def blind_index(kind: str, value: str, key: str = "") -> str:
    """Keyed digest (64 hex digits) under which an encrypted value is found again; ``kind`` keeps indexes apart.

    ``key`` is given where another than today's INDEX_KEY is meant.
    """
    return hmac.new((key or settings.INDEX_KEY).encode(), f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


class EncryptedText(_Text):
    """Text stored as a Fernet token. The empty string stays empty, so that "nothing" needs no key."""

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        return decrypt(value) if value else value

    def get_prep_value(self, value: str | None) -> str | None:
        return encrypt(str(value)) if value else value


class EncryptedJSON(_Json):
    """A JSON value stored as a Fernet token."""

    _pyi_private_set_type: Any  # for the type checker's Django plugin, which looks for them on the class
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, *_: object) -> Any:
        return json.loads(decrypt(value)) if value else {}

    def get_prep_value(self, value: Any) -> str:
        return encrypt(json.dumps(value, ensure_ascii=False, separators=(",", ":"))) if value else ""

    def to_python(self, value: Any) -> Any:
        return value
