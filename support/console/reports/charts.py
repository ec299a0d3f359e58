"""Pictures of figures, as SVG. Places are shares of the width, so that words keep their size on a phone."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

ROW, BAR = 38, 12  # pixels: a bar under its words
HEIGHT, FOOT = 132, 20  # pixels of a row of columns, and of the words under it


def bars(title: str, rows: Sequence[tuple[str, float, str]]) -> SafeString | None:
    """Lying bars, one a row: its name, its value, and the value in words. None of nothing."""
    most = max((value for _, value, _ in rows), default=0)
    if not most:
        return None
    drawn = format_html_join(
        "",
        '<text x="0" y="{}">{}</text><text x="100%" y="{}" text-anchor="end" class="r-value">{}</text>'
        '<rect x="0" y="{}" width="100%" height="{}" rx="3" class="r-track"/>'
        '<rect x="0" y="{}" width="{}%" height="{}" rx="3" class="r-bar"/>',
        (
            (at + 13, name, at + 13, said, at + 19, BAR, at + 19, _share(value, most), BAR)
            for at, (name, value, said) in zip(range(0, ROW * len(rows), ROW), rows, strict=True)
        ),
    )
    return _svg(title, ROW * len(rows), drawn)


def columns(title: str, slots: Sequence[tuple[str, float]], *, named_every: int = 1) -> SafeString | None:
    """Standing columns in order; every so many are named, and each says its value to a pointer. None of nothing."""
    most = max((value for _, value in slots), default=0)
    if not most:
        return None
    wide = 100 / len(slots)
    drawn = format_html_join(
        "",
        '<rect x="{}%" y="{}" width="{}%" height="{}" rx="2" class="r-bar"><title>{} : {}</title></rect>',
        (
            (
                f"{place * wide + wide * 0.12:.3f}", f"{HEIGHT - tall:.1f}", f"{wide * 0.76:.3f}", f"{tall:.1f}",
                name, f"{value:g}",
            )
            for place, (name, value) in enumerate(slots)
            for tall in [(HEIGHT - 18) * value / most]
        ),
    )  # fmt: skip
    feet = format_html_join(
        "",
        '<text x="{}%" y="{}" text-anchor="middle" class="r-foot">{}</text>',
        (
            (f"{(place + 0.5) * wide:.3f}", HEIGHT + FOOT - 5, name)
            for place, (name, _) in enumerate(slots)
            if place % named_every == 0
        ),
    )
    line = format_html('<line x1="0" x2="100%" y1="{0}" y2="{0}" class="r-line"/>', HEIGHT)
    top = format_html('<text x="0" y="11" class="r-foot">maximum {}</text>', f"{most:g}")
    return _svg(title, HEIGHT + FOOT, drawn + line + feet + top)


def _svg(title: str, height: int, drawn: SafeString) -> SafeString:
    return format_html(
        '<svg class="r-chart" role="img" width="100%" height="{}" aria-label="{}">{}</svg>', height, title, drawn
    )


def _share(value: float, most: float) -> str:
    return f"{max(0.4, 100 * value / most) if value else 0:.2f}"
