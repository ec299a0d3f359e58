"""How the assistant reads a customer's spelling, for the agent who does not know the word either."""

from __future__ import annotations

from functools import lru_cache

from chatbot import brand
from chatbot.normalise import Normaliser


def in_standard_french(brand_slug: str, text: str) -> str:
    """``text`` in standard French; empty when it reads the same."""
    read = _normaliser(brand_slug).normalise(text).text.strip()
    return "" if read.casefold() == text.strip().casefold() else read


@lru_cache(maxsize=8)
def _normaliser(brand_slug: str) -> Normaliser:
    return Normaliser(brand.load(brand_slug))
