"""What a reader of pictures hands over: words with a confidence, in lines, once for each way it looked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Word:
    """One word as read; ``confidence`` in [0, 1] is the reader's own."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Line:
    """Words that stand on one line, left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Page:
    """One look at a picture, named for how it was prepared; lines from top to bottom.

    ``clean``: a screenshot, level and without grain, in which alike characters (5 and S) can be told apart.
    """

    look: str
    lines: tuple[Line, ...]
    clean: bool = True

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    def confidence(self, start: int, end: int) -> float:
        """Of the least sure word that touches characters [start, end) of ``text``; 0.0 when none does."""
        place, touched = 0, []
        for line in self.lines:
            for word in line.words:
                if place < end and start < place + len(word.text):
                    touched.append(word.confidence)
                place += len(word.text) + 1
        return min(touched, default=0.0)


class Ocr(Protocol):
    """Reads the words of a picture: several looks, each made only when it is asked for."""

    def pages(self, picture: bytes) -> Iterator[Page]:
        """The looks, best first."""
        ...
