"""Pictures for the phones to send: the samples that come with the simulator, and files from the visitor's own disk."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from support.simulator.phones import Picture

MAX_BYTES = 1_000_000
SAMPLES = {
    "recu-easytransfert.png": "Reçu EasyTransfert",
    "recu-wave.png": "Reçu Wave",
    "marche.png": "Photo du marché",
}
FOLDER = Path(settings.BASE_DIR) / "static" / "simulator"
SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


class NotAPicture(ValueError):
    """A file that no phone would send as a photo; the message is French and for the page."""


def sample(name: str) -> Picture:
    """One of SAMPLES. Raises NotAPicture for another name."""
    if name not in SAMPLES:
        raise NotAPicture("Cette image n’existe pas.")
    return _read_sample(name)


def picture(content: bytes) -> Picture:
    """A file's bytes as a picture; what it is is read from its first bytes. Raises NotAPicture."""
    if len(content) > MAX_BYTES:
        raise NotAPicture("L’image dépasse 1 Mo.")
    for start, content_type in SIGNATURES.items():
        if content.startswith(start):
            return Picture(content, content_type)
    raise NotAPicture("Seules les images PNG et JPEG peuvent être envoyées.")


@cache
def _read_sample(name: str) -> Picture:
    return picture((FOLDER / name).read_bytes())
