"""Pictures are opened within limits and made readable: bombs, broken files, dark mode, lines that lean."""

from __future__ import annotations

import io
import struct
import time
import zlib

import pytest
from PIL import Image, ImageDraw, ImageFont

from support.media.pictures import MAX_PIXELS, Prepared, Unreadable, skew
from support.media.tesseract import Tesseract


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that claims to be enormous."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(999))) + chunk(b"IEND", b"")


def text(angle: float = 0.0, *, dark: bool = False) -> Image.Image:
    paper, ink = ((20, 20, 20), (240, 240, 240)) if dark else ((255, 255, 255), (10, 10, 10))
    image = Image.new("RGB", (700, 420), paper)
    pen = ImageDraw.Draw(image)
    face = ImageFont.load_default(26)
    for number in range(8):
        pen.text((40, 30 + 46 * number), f"Transfert {number} de Wave vers Orange", fill=ink, font=face)
    return image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=paper)


@pytest.mark.parametrize(
    "content",
    [
        bomb(50_000, 50_000),
        bomb(1, MAX_PIXELS + 1),
        bomb(30_000, 1_000),
        bomb(300, 300),
        b"",
        b"\xff\xd8\xff\xe0 not really",
        png(text())[:500],
        png(Image.new("L", (20, 20))),
        b"GIF89a" + bytes(40),
    ],
    ids=["bomb", "long", "wide", "lies", "empty", "no jpeg", "half", "a dot", "gif"],
)
def test_what_cannot_be_opened_safely_is_not(content: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(Unreadable):
        Prepared(content)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("angle", [-7.0, -2.5, 0.0, 4.0, 9.0])
def test_lines_that_lean_are_set_level(angle: float) -> None:
    assert abs(skew(text(angle).convert("L")) + angle) <= 1.0


def test_light_text_on_dark_becomes_dark_on_light() -> None:
    _, image = next(Prepared(png(text(dark=True))).variants())
    corner = image.getpixel((3, 3))
    assert isinstance(corner, int)
    assert corner > 200


def test_a_screenshot_is_clean_and_a_leaning_one_is_not() -> None:
    assert Prepared(png(text())).clean
    assert not Prepared(png(text(5.0))).clean


def test_nothing_handed_to_the_reader_is_larger_than_it_takes() -> None:
    for _, image in Prepared(png(text().resize((5_000, 3_000)))).variants():
        assert max(image.size) <= 3_000


@pytest.mark.usefixtures("reader")
def test_words_come_with_their_lines() -> None:
    page = next(Tesseract(time.monotonic() + 30).pages(png(text())))
    assert "Transfert 3 de Wave vers Orange" in page.text.splitlines()
    assert page.confidence(0, 9) > 0.5


@pytest.mark.usefixtures("reader")
def test_when_time_is_up_there_are_no_more_looks() -> None:
    assert list(Tesseract(time.monotonic() - 1).pages(png(text()))) == []
