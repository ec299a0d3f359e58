"""What a file is, by its first bytes; its name and what the sender says of it are only compared with that."""

from __future__ import annotations

import re

_SIGNS: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"RIFF....WEBP", "image/webp"),
        (rb"OggS", "audio/ogg"),
        (rb"ID3|\xff[\xfb\xf3\xf2]", "audio/mpeg"),
        (rb"\xff[\xf1\xf9]", "audio/aac"),
        (rb"....ftyp", "audio/mp4"),
        (rb"#!AMR", "audio/amr"),
        (rb"RIFF....WAVE", "audio/wav"),
        (rb"\x1aE\xdf\xa3", "audio/webm"),
    )
)
SIGN_BYTES = 16


def sniffed(start: bytes) -> str | None:
    """The type of a file by its first bytes (SIGN_BYTES are enough), None for one that is not read here."""
    return next((kind for pattern, kind in _SIGNS if pattern.match(start)), None)


def family(content_type: str) -> str:
    """« image » of « image/jpeg; q=1 »; a type that says nothing (application/octet-stream) has none."""
    plain = content_type.partition(";")[0].strip().lower()
    if plain in ("", "application/octet-stream", "binary/octet-stream"):
        return ""
    return "audio" if plain in ("application/ogg", "video/ogg") else plain.partition("/")[0]
