"""What happens to a picture on its way."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageFilter

from receipts.drawing import WIDTH


def cropped(image: Image.Image, rng: random.Random) -> Image.Image:
    """The customer cut the screenshot close, some of the head gone."""
    return image.crop(
        (rng.randint(4, 18), rng.randint(20, 92), WIDTH - rng.randint(4, 18), image.height - rng.randint(0, 12))
    )


def grain(image: Image.Image, rng: random.Random, sigma: float) -> Image.Image:
    """The grain of a small sensor, or of a picture sent again and again."""
    noise = Image.frombytes(
        "L",
        image.size,
        bytes(max(0, min(255, round(rng.gauss(128, sigma)))) for _ in range(image.width * image.height)),
    )
    return Image.blend(image, Image.merge("RGB", (noise, noise, noise)), 0.16)


def noisy(image: Image.Image, rng: random.Random) -> Image.Image:
    """Sent and sent again: made smaller, grainy, blurred a little."""
    share = rng.uniform(0.78, 1.0)
    small = image.resize((round(image.width * share), round(image.height * share)), Image.Resampling.BILINEAR)
    return grain(small, rng, 60).filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.6)))


def at_an_angle(image: Image.Image, rng: random.Random) -> Image.Image:
    """A photograph of the screen: turned, in perspective, lit from one side."""
    image = image.resize((round(image.width * 1.25), round(image.height * 1.25)), Image.Resampling.BICUBIC)
    margin = 60
    width, height = image.width + 2 * margin, image.height + 2 * margin
    table = Image.new("RGB", (width, height), (92, 84, 76))
    table.paste(image, (margin, margin))
    lean = [rng.uniform(0, 0.05) * width for _ in range(4)]
    target = [
        (lean[0], lean[1]),
        (width - lean[2], lean[0]),
        (width - lean[1], height - lean[3]),
        (lean[3], height - lean[2]),
    ]
    source = [(0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height))]
    tilted = table.transform(
        (width, height),
        Image.Transform.PERSPECTIVE,
        perspective(target, source),
        Image.Resampling.BICUBIC,
        fillcolor=(92, 84, 76),
    )
    turned = tilted.rotate(rng.uniform(-7, 7), Image.Resampling.BICUBIC, expand=True, fillcolor=(92, 84, 76))
    light = (
        Image.linear_gradient("L")
        .resize(turned.size)
        .rotate(rng.choice([0, 90, 180, 270]), expand=False)
        .resize(turned.size)
    )
    shaded = Image.composite(turned, turned.point(lambda value: int(value * 0.62)), light)
    return grain(shaded, rng, 30).filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.7)))


def perspective(target: Sequence[tuple[float, float]], source: Sequence[tuple[float, float]]) -> list[float]:
    """Coefficients that Image.transform takes, from four corners to four corners."""
    import numpy as np

    rows = []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return [float(value) for value in np.linalg.solve(np.array(rows), np.array(source).reshape(8))]


SPOIL: dict[str, Callable[[Image.Image, random.Random], Image.Image]] = {
    "light": lambda image, rng: image,
    "dark": lambda image, rng: image,
    "cropped": cropped,
    "noisy": noisy,
    "angle": at_an_angle,
}


QUALITY = {"noisy": 38, "angle": 55}


def save(image: Image.Image, path: Path, variant: str, *, sent: bool) -> Path:
    """A screenshot as it was made is a small PNG; sent through WhatsApp, or photographed, it is a JPEG."""
    if sent or variant in QUALITY:
        path = path.with_suffix(".jpg")
        image.save(path, quality=QUALITY.get(variant, 65), optimize=True)
        return path
    path = path.with_suffix(".png")
    image.quantize(16, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)
    return path
