"""Characters: folding without accents at the same length, and cleaning with a map back to the original."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Zero-width, bidirectional and soft-hyphen characters: invisible, so they only break matching (language.md).
# U+200D (joiner) is kept out: removing it would tear emoji families apart.
INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    """One lower-case character without its accent; always exactly one character, so positions hold."""
    if char in "’ʼ`´‘":
        return "'"
    base = unicodedata.normalize("NFKD", char)[0]
    lower = base.lower()
    return lower if len(lower) == 1 else base


def fold(text: str) -> str:
    """Lower case without accents, same length as the input."""
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_char, text))


def clean(text: str) -> tuple[str, list[tuple[int, int]]]:
    """NFC text without invisible characters, and for each of its characters the [start, end) it came from."""
    if text.isascii() or (unicodedata.is_normalized("NFC", text) and not INVISIBLE.search(text)):
        return text, [(i, i + 1) for i in range(len(text))]
    out: list[str] = []
    origin: list[tuple[int, int]] = []
    for start, end in _clusters(text):
        for char in unicodedata.normalize("NFC", INVISIBLE.sub("", text[start:end])):
            out.append(char)
            origin.append((start, end))
    return "".join(out), origin


def _clusters(text: str) -> list[tuple[int, int]]:
    """Spans of a starter with the combining marks after it; NFC never composes across two of them but for Hangul."""
    cuts = [i for i, char in enumerate(text) if i == 0 or not (unicodedata.combining(char) or _joins(char))]
    return list(zip(cuts, [*cuts[1:], len(text)], strict=True))


def _joins(char: str) -> bool:
    return "\u1160" <= char <= "\u11ff" or INVISIBLE.match(char) is not None
