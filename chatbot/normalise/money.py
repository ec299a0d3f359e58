"""Sums in slang written out in figures: '3 barres' and '3barres' are 3 000 FCFA.

Sums whose figures say their value ('50k', '1m5', '12mil500') stay byte for byte: facts are read from them elsewhere.
Units the lists disagree about (brique, togo) are not in the brand's table and stay words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from chatbot.brand import BrandError
from chatbot.forms.number import UNITS
from chatbot.forms.text import fold
from chatbot.normalise.tokens import Token

_GLUED = re.compile(r"(\d{1,3})([^\W\d_]{3,})")
_UNIT = frozenset({"f", "fr", "frs", "fran", "franc", "francs", "fcfa", "cfa"})
LARGEST_COUNT = 10


class Money:
    """The brand's local units (cues.toml, table ``money``). Raises BrandError on a value that is not whole francs."""

    def __init__(self, cues: Mapping[str, object]) -> None:
        table = cues.get("money", {})
        units = table.get("units", {}) if isinstance(table, dict) else {}
        if not all(isinstance(value, int) for value in units.values()):
            raise BrandError("cues.toml: field 'money.units': whole francs expected")
        self._units: dict[str, int] = {fold(word): value for word, value in units.items()}

    def read(self, tokens: list[Token], index: int) -> tuple[str, int] | None:
        """The sum that starts at this token in figures, and the index after its last token; None for anything else."""
        text = tokens[index].text
        following = next_word(tokens, index)
        if not text[0].isdigit() and (following is None or tokens[following].folded not in self._units):
            return None
        francs, end = self._compact(text), index + 1
        if francs is None and following is not None:
            count = int(text) if text.isdecimal() and len(text) < 4 else self._in_words(tokens[index].folded)
            unit = self._units.get(tokens[following].folded)
            francs, end = (count * unit if count and unit else None), following + 1
        if not francs:
            return None
        following = next_word(tokens, end - 1)
        if following is not None and tokens[following].folded in _UNIT:
            end = following + 1
        return f"{francs:,} FCFA".replace(",", " "), end

    def _compact(self, text: str) -> int | None:
        if (match := _GLUED.fullmatch(text)) and (unit := self._units.get(fold(match[2]))):
            return int(match[1]) * unit
        return None

    def _in_words(self, word: str) -> int | None:
        """The value of a small number word. 'une barre' may be a bar: one is left alone."""
        count = UNITS.get(word, 0)
        return count if word != "de" and 1 < count <= LARGEST_COUNT else None


def next_word(tokens: list[Token], index: int) -> int | None:
    """Index of the word after this token on the same line, when nothing but one space parts them."""
    index += 1
    if index < len(tokens) and tokens[index].text.isspace() and tokens[index].text != "\n":
        index += 1
    return index if index < len(tokens) and tokens[index].word else None
