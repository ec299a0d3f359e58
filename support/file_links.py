"""Addresses of files that agents sent: signed, so that they cannot be guessed, and good for some days."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

SALT = "akwaba.file"
SHOWN = (
    "name",
    "type",
    "size",
    "width",
    "height",
)  # of the preview, where the file has one: its address and « ?small »


def path(file: str) -> str:
    """The address of a file on this site, good for FILE_LINK_DAYS."""
    return reverse("file", args=[signing.dumps(file, salt=SALT)])


def read(token: str) -> uuid.UUID:
    """The file a token names. Raises signing.SignatureExpired, signing.BadSignature."""
    name = signing.loads(token, salt=SALT, max_age=timedelta(days=settings.FILE_LINK_DAYS))
    return uuid.UUID(str(name))


def public(attachments: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A message's attachments as the contract shows them: files of ours with a fresh address."""
    return [{**_shown(each), "url": path(each["file"])} if "file" in each else {**each} for each in attachments]


def _shown(attachment: Mapping[str, Any]) -> dict[str, Any]:
    return {name: attachment[name] for name in SHOWN if name in attachment}
