"""How the assistant reads a customer's spelling by now: for search and rules, and for who does not know the word."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from chatbot import brand
from chatbot.corrections import Correction, with_corrections
from chatbot.normalise import Normaliser
from support.lessons import overlay


def in_standard_french(brand_slug: str, text: str) -> str:
    """``text`` in standard French, as taught by now; empty when it reads the same."""
    read = _normaliser(brand_slug, overlay.in_force(brand_slug)).normalise(text).text.strip()
    return "" if read.casefold() == text.strip().casefold() else read


@lru_cache(maxsize=8)
def _normaliser(brand_slug: str, lessons: tuple[Correction, ...]) -> Normaliser:
    shipped = brand.load(brand_slug)
    return Normaliser(replace(shipped, lexicon=with_corrections(shipped.lexicon, shipped.examples, lessons)[0]))
