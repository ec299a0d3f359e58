"""Draws a receipt as a telephone shows it."""

from __future__ import annotations

import random

from PIL import Image, ImageDraw, ImageFont

from receipts.kinds import Page

WIDTH = 480


def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu, which has every accent."""
    return ImageFont.truetype("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf", size)


def draw(page: Page, rng: random.Random, *, dark: bool = False) -> Image.Image:
    """The page as a phone shows it."""
    paper, ink, grey = (
        ((24, 26, 28), (236, 238, 240), (150, 156, 160)) if dark else ((255, 255, 255), (18, 28, 26), (96, 108, 106))
    )
    body = round(WIDTH / rng.uniform(24, 27))
    height = 1000
    image = Image.new("RGB", (WIDTH, height), paper)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 84), fill=page.colour)
    on_colour = (20, 20, 20) if page.colour[0] > 200 else (255, 255, 255)
    pen.text((24, 16), page.head, font=font(body + 5, bold=True), fill=on_colour)
    pen.text((24, 50), page.title, font=font(body - 3), fill=on_colour)
    y = 108
    if page.prose:
        y = prose(pen, page.prose, y, body, ink, dark)
    if page.big:
        pen.text((WIDTH / 2, y + 18), page.big, font=font(body + 14, bold=True), fill=ink, anchor="mm")
        y += 56
    if page.note:
        pen.text((WIDTH / 2, y + 4), page.note, font=font(body - 2), fill=(176, 120, 20), anchor="mm")
        y += 36
    for label, value in page.rows:
        y = row(pen, label, value, y, body, ink, grey, stacked=page.stacked)
    return image.crop((0, 0, WIDTH, min(height, y + 16)))


def row(  # noqa: PLR0917
    pen: ImageDraw.ImageDraw,
    label: str,
    value: str,
    y: int,
    body: int,
    ink: tuple[int, ...],
    grey: tuple[int, ...],
    *,
    stacked: bool,
) -> int:
    """One line of a receipt, or its label above its value; returns where the next one begins."""
    strong = font(body, bold=True)
    while strong.size > 10 and strong.getlength(value) > WIDTH - 48 - (
        0 if stacked else font(body).getlength(label) + 16
    ):
        strong = font(int(strong.size) - 1, bold=True)
    if stacked:
        pen.text((24, y), label, font=font(body - 3), fill=grey)
        pen.text((24, y + body + 3), value, font=strong, fill=ink)
        bottom = y + 2 * body + 16
    else:
        pen.text((24, y), label, font=font(body), fill=grey)
        pen.text((WIDTH - 24, y), value, font=strong, fill=ink, anchor="ra")
        bottom = y + body + 16
    pen.line((24, bottom, WIDTH - 24, bottom), fill=(128, 134, 134))
    return bottom + 14


def prose(  # noqa: PLR0917
    pen: ImageDraw.ImageDraw, text: str, y: int, body: int, ink: tuple[int, ...], dark: bool
) -> int:
    """A message in its bubble, wrapped at words."""
    face, lines = font(body), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) > WIDTH - 96:
            lines.append(word)
        else:
            lines[-1] = longer
    step = body + 10
    bubble = (58, 61, 65) if dark else (232, 234, 238)
    pen.rounded_rectangle((24, y, WIDTH - 24, y + step * len(lines) + 28), 18, fill=bubble)
    for number, line in enumerate(lines):
        pen.text((44, y + 14 + number * step), line, font=face, fill=ink)
    return y + step * len(lines) + 48
