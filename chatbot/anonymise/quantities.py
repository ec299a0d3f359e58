"""Numbers and sums in words, as a stranger must not read them: "cinq mille", "dix mil", "une brique"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chatbot.forms.number import HUNDREDS, MILLIONS, THOUSANDS, UNITS
from chatbot.forms.spelled import ENGLISH, IN_A_RUN, REPEATS
from chatbot.forms.text import fold

COUNT = "[NOMBRE]"
DATE = "[DATE]"
ARTICLES = frozenset({"un", "une", "de"})
# Words of everyday French that are numbers only beside another one, whatever the ear makes of them.
ALONE_A_WORD = ARTICLES | {"dis", "vin", "san", "sen", "set", "sin", "sing", "cin", "di", "sinc", "in", "cat", "o",
                           "oh", "double", "triple"}  # fmt: skip
NUMBERS = frozenset({*UNITS, *HUNDREDS, *THOUSANDS, *MILLIONS, *ENGLISH, *IN_A_RUN, *REPEATS})
_ONE = "(?:" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + ")"
_RUN = re.compile(rf"(?<![\w'’]){_ONE}(?:[ \-,.]+(?:et[ \-]+)?{_ONE})*(?![\w'’])")
_SPLIT = re.compile(r"[ \-,.]+(?:et[ \-]+)?")
_AND = re.compile(r"\[NOMBRE\](?:(?:[ ,.;:/\-]| et )*\[NOMBRE\])+")


@dataclass(frozen=True, slots=True)
class Quantities:
    """``units`` are a brand's slang for sums, ``rough`` its rough counts, ``months`` the year's; all folded."""

    units: frozenset[str] = frozenset()
    rough: frozenset[str] = frozenset()
    months: frozenset[str] = frozenset()

    def mask(self, text: str) -> str:
        """The text with every number in words as [NOMBRE]; the articles "un" and "de" stay."""
        folded = fold(text)
        out: list[str] = []
        position = 0
        for match in _RUN.finditer(folded):
            start, end = self._number(folded, match)
            if start < end:
                out += (text[position:start], COUNT)
                position = end
        return self._rough("".join((*out, text[position:])))

    def mend(self, text: str) -> str:
        """Numbers side by side as one, a day before its month as a date, slang for a sum with its count."""
        text = _AND.sub(COUNT, text)
        if self.months:
            text = re.sub(rf"\[NOMBRE\](?:er)? (?:{_any(self.months)})(?!\w)(?: \[NOMBRE\])?", DATE, text, flags=re.I)
        if self.units:
            text = re.sub(rf"\[NOMBRE\] ?(?:{_any(self.units)})(?!\w)", COUNT, text, flags=re.I)
        return _AND.sub(COUNT, text)

    def _number(self, folded: str, match: re.Match[str]) -> tuple[int, int]:
        """The span of a run that is a number; empty when it is a word like any other."""
        start, end = match.span()
        words = _SPLIT.split(match.group())
        while words and words[0] == "de":
            start = start + 2 + len(_SPLIT.match(folded, start + 2).group()) if len(words) > 1 else end  # type: ignore[union-attr]
            words = words[1:]
        while words and words[-1] == "de":
            end = start + len(folded[start:end].removesuffix("de").rstrip(" -,."))
            words = words[:-1]
        if not words or all(word in ARTICLES for word in words):
            return (start, start)
        return (start, start) if len(words) == 1 and words[0] in ALONE_A_WORD else (start, end)

    def _rough(self, text: str) -> str:
        words = self.units | self.rough
        if not words:
            return text
        units = re.compile(rf"(?<![\w'’])(?:une?|des|deux|plusieurs|quelques) (?:{_any(words)})(?!\w)")
        out: list[str] = []
        position = 0
        for match in units.finditer(fold(text)):
            out += (text[position : match.start()], COUNT)
            position = match.end()
        return "".join((*out, text[position:]))


def _any(words: frozenset[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))
