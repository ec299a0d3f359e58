"""The words around what was found, numbers masked, with the places of the found words in what is shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from support.console.masking import mask_number, phones
from support.search import words

BEFORE, LENGTH = 50, 180  # characters shown before the first found word, and in all
_ONE_LINE = str.maketrans("\n\r\t", "   ")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """``marks`` are [start, end) in ``text``. An excerpt without marks is the beginning of its text."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def around(text: str, terms: Collection[str]) -> Excerpt:
    """An excerpt of ``text`` around the first place that one of ``terms`` finds."""
    shown, places = _masked(text.translate(_ONE_LINE))
    marks = [places.shifted(f.start, f.end) for f in words.read(text) if not set(terms).isdisjoint(f.forms)]
    first = marks[0][0] if marks else 0
    start = _word_start(shown, max(0, first - BEFORE)) if first > BEFORE else 0
    end = min(len(shown), start + LENGTH)
    head, tail = ("…" if start else ""), ("…" if end < len(shown) else "")
    inside = [(max(a, start), min(b, end)) for a, b in marks if a < end and b > start]
    moved = tuple(dict.fromkeys((a - start + len(head), b - start + len(head)) for a, b in inside))
    return Excerpt(head + shown[start:end] + tail, moved)


class _Places:
    """Where characters of a text went when its numbers were masked. A place in a number becomes the whole mask."""

    def __init__(self, moves: Sequence[tuple[int, int, int, int]]) -> None:
        self._moves = moves  # start and end before, start and end after

    def shifted(self, start: int, end: int) -> tuple[int, int]:
        """[start, end) of the text as [start, end) of what is shown."""
        return self._shifted(start, at_end=False), self._shifted(end, at_end=True)

    def _shifted(self, position: int, *, at_end: bool) -> int:
        shift = 0
        for start, end, new_start, new_end in self._moves:
            if start < position < end:
                return new_end if at_end else new_start
            if position >= end:
                shift = new_end - end
        return position + shift


def _masked(text: str) -> tuple[str, _Places]:
    shown, moves, done = "", [], 0
    for start, end in phones(text):
        shown += text[done:start]
        mask = mask_number(text[start:end])
        moves.append((start, end, len(shown), len(shown) + len(mask)))
        shown, done = shown + mask, end
    return shown + text[done:], _Places(moves)


def _word_start(text: str, position: int) -> int:
    """The beginning of the next word, so that none is cut in two."""
    space = text.find(" ", position, position + BEFORE)
    return space + 1 if space >= 0 else position
