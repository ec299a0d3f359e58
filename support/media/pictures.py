"""Gets a picture ready to be read: opened within limits, grey, dark text on light, straight, large enough."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 25_000_000  # a phone's camera; a bomb says more in its header, before anything is decoded
LONGEST_SIDE = 3_000  # pixels handed to the reader
SHOWN_SIDE = 2_000  # pixels of a picture shown to another reader
READABLE_WIDTH = 1_050  # pixels a screenshot's width is brought to; its small print is then some 25 high
DARK = 118  # mean grey below which light text on dark is assumed
GRAIN = 1.0  # grey levels; a photograph, or a picture sent again and again, has two and more
SKEW_LIMIT, SKEW_STEP = 12.0, 0.5  # degrees


class Unreadable(Exception):
    """Not a picture, a broken one, or one too large to be opened."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to prepare a picture: how much larger than readable it becomes, and how strong its contrast."""

    name: str
    scale: float
    contrast: float


# Another size makes other mistakes; black and white made more of them than grey on every kind of receipt.
RECIPES = (Recipe("plain", 1.0, 1.0), Recipe("larger", 1.25, 1.0), Recipe("strong", 1.5, 1.6))


class Prepared:
    """An opened picture; ``variants`` prepares it one way after another, as they are asked for."""

    def __init__(self, content: bytes) -> None:
        """Raises Unreadable."""
        self._grey = _open(content)

    @cached_property
    def clean(self) -> bool:
        """Whether it is a screenshot: level, and its empty places really are of one colour."""
        pixels, around = _with_surroundings(self._grey, 1)
        return self._straight is self._grey and float(np.median(np.abs(pixels - around))) < GRAIN

    @cached_property
    def _straight(self) -> Image.Image:
        angle = skew(self._grey)
        if not angle:
            return self._grey
        edge = int(np.median(np.asarray(self._grey)))
        return self._grey.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=edge)

    def variants(self) -> Iterator[tuple[Recipe, Image.Image]]:
        """Each recipe's picture."""
        for recipe in RECIPES:
            yield recipe, _prepare(self._straight, recipe)


def bare(content: bytes) -> tuple[bytes, str]:
    """The picture alone, as it may be shown to another reader, and its type: upright, grey, without what a phone writes
    beside it (place, device, day). Raises Unreadable."""
    grey = _open(content)
    grey.thumbnail((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    grey.save(out, "JPEG", quality=85)
    return out.getvalue(), "image/jpeg"


def _open(content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
            if image.width * image.height > MAX_PIXELS or min(image.size) < 32:
                raise Unreadable(f"{image.width} × {image.height} pixels")
            image.draft("L", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded smaller where it may be
            image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable(type(error).__name__) from error
    upright = ImageOps.exif_transpose(image)
    flat = Image.new("RGBA", upright.size, "white")
    flat.alpha_composite(upright.convert("RGBA"))
    grey = flat.convert("L")
    if max(grey.size) > LONGEST_SIDE:
        grey.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    grey = ImageOps.autocontrast(grey, cutoff=1)
    return ImageOps.invert(grey) if np.asarray(grey).mean() < DARK and _light_text(grey) else grey


def _light_text(grey: Image.Image) -> bool:
    """Whether strokes are lighter than what surrounds them: a photograph in the shade is dark, and its text too."""
    pixels, around = _with_surroundings(grey, 12)
    darkest, lightest = np.percentile(pixels - around, (1, 99))
    return bool(lightest > -darkest)


def skew(grey: Image.Image) -> float:
    """Degrees to turn the picture so that its lines lie level, 0.0 when they do: rows of text and gaps differ most."""
    small = grey.copy()
    small.thumbnail((700, 700))
    pixels, around = _with_surroundings(small, 8)
    marks = Image.fromarray(((around - pixels) > 18).astype(np.uint8) * 255)

    def contrast(angle: float) -> float:
        rows = np.asarray(marks.rotate(angle, Image.Resampling.NEAREST), dtype=np.float64).sum(axis=1)
        return float(np.square(np.diff(rows)).sum())

    steps = np.arange(-SKEW_LIMIT, SKEW_LIMIT + SKEW_STEP, 2 * SKEW_STEP)
    best = max((float(angle) for angle in steps), key=contrast)
    best = max((best + offset for offset in (-SKEW_STEP, 0.0, SKEW_STEP)), key=contrast)
    return best if contrast(best) > 1.1 * contrast(0.0) else 0.0


def _with_surroundings(grey: Image.Image, radius: int) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    around = grey.filter(ImageFilter.BoxBlur(radius))
    return np.asarray(grey, dtype=np.int16), np.asarray(around, dtype=np.int16)


def _prepare(grey: Image.Image, recipe: Recipe) -> Image.Image:
    factor = recipe.scale * max(1.0, READABLE_WIDTH / grey.width)
    factor = min(factor, LONGEST_SIDE / max(grey.size))
    size = (max(1, round(grey.width * factor)), max(1, round(grey.height * factor)))
    scaled = grey.resize(size, Image.Resampling.LANCZOS)
    return scaled if recipe.contrast == 1.0 else ImageEnhance.Contrast(scaled).enhance(recipe.contrast)
