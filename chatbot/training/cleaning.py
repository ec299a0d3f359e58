"""Cleans what a transcript holds: encoding, invisible characters, white space, lines that nobody wrote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from chatbot.forms.text import INVISIBLE, fold

# UTF-8 read as Windows-1252 somewhere on the way: "Ã©", "â€™". French has no such pairs.
_TWICE = re.compile("[\u00c2\u00c3][\u0080-\u00bf]|\u00e2\u20ac|\u00c5\u201c|\u00f0\u0178")
_SPACES = re.compile(r"[^\S\n]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffd]")


class Cleaner:
    """Made of ``boilerplate``: patterns over folded lines; a line that one matches as a whole is dropped."""

    def __init__(self, boilerplate: Sequence[str]) -> None:
        self._boilerplate = [re.compile(pattern) for pattern in boilerplate]

    def clean(self, text: str) -> str:
        """NFC text of trimmed lines; empty when there was nothing but boilerplate."""
        text = unicodedata.normalize("NFC", INVISIBLE.sub("", _once(text).replace("\r\n", "\n").replace("\r", "\n")))
        lines = (_SPACES.sub(" ", _CONTROL.sub("", line)).strip() for line in text.split("\n"))
        return "\n".join(line for line in lines if line and not self._is_boilerplate(line))

    def _is_boilerplate(self, line: str) -> bool:
        return any(pattern.fullmatch(fold(line)) for pattern in self._boilerplate)


def _once(text: str) -> str:
    """The text as it was before it was decoded with the wrong table; unchanged when it was not."""
    if not _TWICE.search(text):
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text
