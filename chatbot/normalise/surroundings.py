"""What stands around a word: laid out once per text, so that asking costs the same wherever the word stands."""

from __future__ import annotations

import re

from chatbot.forms.text import fold
from chatbot.normalise.conditions import Around
from chatbot.normalise.tokens import Token, closes

WINDOW = 4
_QUESTION = re.compile(r"\?|\b(?:quand|comment|pourquoi|combien|quel|quelle|est-ce|qui|kan|koi|quoi|cmt|pk|pkoi|cb)\b")


class Surroundings:
    """The words of a text by place, each with the clause it belongs to; protected spans count as the word '#'."""

    def __init__(self, tokens: list[Token], text: str) -> None:
        self._tokens = tokens
        self._question = bool(_QUESTION.search(fold(text)))
        self._labels: list[str] = []
        self._clause: list[int] = []
        #: For each token the place of the first word at or after it.
        self._place: list[int] = []
        clause = 0
        for token in tokens:
            self._place.append(len(self._labels))
            if token.word or token.protected:
                self._labels.append(token.folded if token.word else "#")
                self._clause.append(clause)
            elif closes(token):
                clause += 1
        self._words = frozenset(t.folded for t in tokens if t.word or t.protected)

    def of(self, index: int) -> _Word:
        """The surroundings of the word at this token, built when a condition asks for them."""
        return _Word(self, index)

    def make(self, index: int, width: int) -> Around:
        """What stands around the ``width`` tokens from ``index``."""
        tokens, place, end = self._tokens, self._place[index], index + width
        beyond = self._place[end] if end < len(tokens) else len(self._labels)
        return Around(
            before=self._reach(place, -1, self._clause[place]),
            after=self._reach(beyond - 1, 1, self._clause[place]),
            words=self._words,
            typed=tokens[index].text if width == 1 else "".join(t.text for t in tokens[index:end]),
            first=place == 0,
            last=beyond == len(self._labels),
            question=self._question,
            number_before=index > 0 and _number_beside(tokens, index - 1, -1),
            number_after=_number_beside(tokens, end, 1),
        )

    def _reach(self, place: int, step: int, clause: int) -> tuple[str, ...]:
        """Up to WINDOW words beside a place that belong to the clause, nearest first."""
        found: list[str] = []
        place += step
        while 0 <= place < len(self._labels) and self._clause[place] == clause and len(found) < WINDOW:
            found.append(self._labels[place])
            place += step
        return tuple(found)


class _Word:
    """Builds what stands around one candidate once per width."""

    __slots__ = ("_index", "_made", "_surroundings")

    def __init__(self, surroundings: Surroundings, index: int) -> None:
        self._surroundings, self._index = surroundings, index
        self._made: dict[int, Around] = {}

    def __call__(self, width: int) -> Around:
        around = self._made.get(width)
        if around is None:
            around = self._made[width] = self._surroundings.make(self._index, width)
        return around


def _number_beside(tokens: list[Token], index: int, step: int) -> bool:
    while 0 <= index < len(tokens) and tokens[index].text.isspace() and tokens[index].text != "\n":
        index += step
    if not 0 <= index < len(tokens):
        return False
    text = tokens[index].text
    return text[-1 if step < 0 else 0].isdigit()
