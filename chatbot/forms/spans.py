"""Which characters of a text are already spoken for; keeps span bookkeeping linear however much is found."""

from __future__ import annotations


class Taken:
    """A mark per character. ``claim`` says whether the span was free, and takes it."""

    def __init__(self, length: int) -> None:
        self._marks = bytearray(length)

    def free(self, start: int, end: int) -> bool:
        """True when no character of [start, end) is taken."""
        return 1 not in self._marks[start:end]

    def claim(self, start: int, end: int) -> bool:
        """Takes [start, end) if all of it is free; False and no change otherwise."""
        if not self.free(start, end):
            return False
        self._marks[start:end] = b"\x01" * (end - start)
        return True
