"""The replace chain of the source document: the lexicon as one replacement after another, context unseen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from chatbot.brand import Brand
from chatbot.forms.text import clean
from chatbot.types import Normalised

Piece = tuple[int, int]
Find = Callable[[str, str], Iterable[int]]


def replace_chain(brand: Brand) -> Callable[[str], Normalised]:
    """Lower case, then ``str.replace`` for every row of the lexicon in the order of the file, inside words too."""
    return _chain(brand, _anywhere)


def word_chain(brand: Brand) -> Callable[[str], Normalised]:
    """The same, but whole words only."""
    return _chain(brand, _as_words)


def _chain(brand: Brand, find: Find) -> Callable[[str], Normalised]:
    wanted = [row for row in brand.lexicon if row.when != "never" and row.confidence != "low"]
    chain = [(row.form.lower(), "" if row.standard == "<DROP>" else row.standard) for row in wanted]

    def normalise(text: str) -> Normalised:
        current, origin = clean(text)
        current = "".join(char.lower() if len(char.lower()) == 1 else char for char in current)
        for form, standard in chain:
            if form in current and form != standard:
                current, origin = _replaced(current, origin, form, standard, find(current, form))
        return Normalised(current, tuple(origin)) if current else Normalised(clean(text)[0], tuple(clean(text)[1]))

    return normalise


def _replaced(
    text: str, origin: list[Piece], form: str, standard: str, starts: Iterable[int]
) -> tuple[str, list[Piece]]:
    """The text with ``standard`` for ``form`` at these places, and where every character came from."""
    out, places, position = "", list[Piece](), 0
    for start in starts:
        out += text[position:start] + standard
        places += origin[position:start]
        places += [(origin[start][0], origin[start + len(form) - 1][1])] * len(standard)
        position = start + len(form)
    return out + text[position:], places + origin[position:]


def _anywhere(text: str, form: str) -> Iterable[int]:
    return (match.start() for match in re.finditer(re.escape(form), text))


def _as_words(text: str, form: str) -> Iterable[int]:
    return (match.start() for match in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text))
