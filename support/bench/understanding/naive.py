"""The replace chain of the source document: the lexicon as one ``str.replace`` after another, context unseen."""

from __future__ import annotations

from collections.abc import Callable

from chatbot.brand import Brand
from chatbot.forms.text import clean
from chatbot.types import Normalised

Piece = tuple[int, int]


def replace_chain(brand: Brand) -> Callable[[str], Normalised]:
    """Lower case, then every row of the lexicon in the order of the file, wherever its form stands."""
    chain = [(r.form.lower(), "" if r.standard == "<DROP>" else r.standard) for r in brand.lexicon]

    def normalise(text: str) -> Normalised:
        current, origin = clean(text)
        current = "".join(char.lower() if len(char.lower()) == 1 else char for char in current)
        for form, standard in chain:
            if form in current and form != standard:
                current, origin = _replaced(current, origin, form, standard)
        return Normalised(current, tuple(origin)) if current else Normalised(clean(text)[0], tuple(clean(text)[1]))

    return normalise


def _replaced(text: str, origin: list[Piece], form: str, standard: str) -> tuple[str, list[Piece]]:
    """``text.replace(form, standard)``, with where every character came from."""
    places: list[Piece] = []
    position = 0
    while (found := text.find(form, position)) >= 0:
        places += origin[position:found]
        places += [(origin[found][0], origin[found + len(form) - 1][1])] * len(standard)
        position = found + len(form)
    return text.replace(form, standard), places + origin[position:]
