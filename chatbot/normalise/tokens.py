"""Cuts a text into words, spaces and signs; protected spans stay whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chatbot.forms.text import fold

# A word is a run of letters and digits; an apostrophe between two of them closes the first ("j'" + "ai").
_TOKEN = re.compile(r"@(?:\+|2m1)|[-=]{1,2}>|[→➡➜>]\ufe0f?|[^\W_]+(?:['’ʼ](?=[^\W_]))?|\n|[^\S\n]+|.", re.DOTALL)
_SIGN = re.compile(r"@(?:\+|2m1)|[-=]{1,2}>|[→➡➜>]\ufe0f?")
_END = frozenset('.!?;:,()\n…«»"/')


@dataclass(slots=True)
class Token:
    """A piece of text at [start, end); ``key`` is what the lexicon is asked for, ``folded`` the key without accents."""

    text: str
    start: int
    end: int
    key: str
    word: bool
    protected: bool = False
    folded: str = ""


def tokenise(text: str, protected: list[tuple[int, int]]) -> list[Token]:
    """Tokens covering the text exactly, in order."""
    return list(_tokens(text, protected))


def _tokens(text: str, protected: list[tuple[int, int]]) -> Iterator[Token]:
    position = 0
    for start, end in [*protected, (len(text), len(text))]:
        for match in _TOKEN.finditer(text, position, start):
            piece = match.group()
            word = piece[0].isalnum() or _SIGN.fullmatch(piece) is not None
            key = _key(piece) if word else piece
            yield Token(piece, match.start(), match.end(), key, word, folded=fold(key) if word else "")
        if end > start:
            yield Token(text[start:end], start, end, "", False, protected=True)
        position = end


def _key(piece: str) -> str:
    return piece.lower().replace("’", "'").replace("ʼ", "'")


def closes(token: Token) -> bool:
    """True for a sign that ends a clause."""
    return not token.word and not token.protected and token.text[0] in _END
