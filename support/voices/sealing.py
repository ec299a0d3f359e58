"""Seals what a cache keeps: an entry opens for its owner, under its own key and generation, and nowhere else."""

from __future__ import annotations

import hashlib
import hmac
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from chatbot.voices.caching import SHARED, Key

NONCE = 12  # bytes, as NIST SP 800-38D has it for GCM
PURPOSE = "akwaba voices cache"


def seal(key: Key, generation: str, content: bytes) -> bytes:
    """Nonce and AES-256-GCM ciphertext; the key's full text, its owner and the generation are bound to it."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_secret_of(key.owner)).encrypt(nonce, content, _bound(key, generation))


def unseal(key: Key, generation: str, sealed: bytes) -> bytes | None:
    """The content, or None for anything that was not sealed for exactly this key, owner and generation."""
    if len(sealed) <= NONCE:
        return None
    try:
        return AESGCM(_secret_of(key.owner)).decrypt(sealed[:NONCE], sealed[NONCE:], _bound(key, generation))
    except InvalidTag:
        return None


def hidden(kind: str, *parts: str) -> str:
    """Keyed hash (40 hex digits) that stands for a value in the name of a key: names tell nothing, even by guessing."""
    secret = _derived("names", "")
    return hmac.new(secret, json.dumps([kind, *parts]).encode(), hashlib.sha256).hexdigest()[:40]


def _secret_of(owner: str) -> bytes:
    """The 256-bit key of a customer, or of what is shared; "" is no customer's name, so no two are the same."""
    return _derived("shared", "") if owner == SHARED else _derived("customer", owner)


def _derived(use: str, owner: str) -> bytes:
    """HKDF-SHA256 over the newest of FIELD_KEYS: after a rotation nothing kept opens any more, as if never kept."""
    info = json.dumps([PURPOSE, use, owner]).encode()
    return HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(settings.FIELD_KEYS[0].encode())


def _bound(key: Key, generation: str) -> bytes:
    return json.dumps([key.brand, key.kind, key.owner, key.text, generation]).encode()
