"""Small pictures of those that agents send: what a customer on a slow line loads before choosing to see the whole."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

SIDE = 320  # pixels, the longer one: sharp enough at the size shown, some 10 to 20 kB
SHOWN_WIDTH, SHOWN_HEIGHT = 220, 180  # CSS pixels at most
QUALITY = 68


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A JPEG, and the size in CSS pixels at which it is shown: known before it is loaded, so that nothing jumps."""

    content: bytes
    width: int
    height: int


def of(picture: bytes) -> Thumbnail:
    """The thumbnail of a picture that was checked; what shows through becomes white."""
    with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG")) as opened:
        opened.draft("RGB", (SIDE, SIDE))  # a JPEG is decoded no larger than needed
        image = opened.convert("RGBA")
    shown = Image.new("RGB", image.size, "white")
    shown.paste(image, mask=image.getchannel("A"))
    shown.thumbnail((SIDE, SIDE))
    written = io.BytesIO()
    shown.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    factor = min(1.0, SHOWN_WIDTH / shown.width, SHOWN_HEIGHT / shown.height)
    return Thumbnail(written.getvalue(), max(1, round(shown.width * factor)), max(1, round(shown.height * factor)))
