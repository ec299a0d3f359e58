"""Something costly that stays open from one file to the next, for as long as the files that follow go with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """``group``: what a file belongs to; it is open within one group only."""

    def __init__(self, group: Callable[[str], str]) -> None:
        self._group = group
        self._opened: tuple[str, T, ExitStack] | None = None

    def get(self, file: str, opening: Callable[[], AbstractContextManager[T]]) -> T:
        """What is open; opened now if nothing is."""
        self.leave_unless(file)
        if self._opened is None:
            stack = ExitStack()
            self._opened = (self._group(file), stack.enter_context(opening()), stack)
        return self._opened[1]

    def leave_unless(self, file: str) -> None:
        """Close it before a test of a ``file`` of another group."""
        if self._opened is not None and self._opened[0] != self._group(file):
            self.close()

    def close(self) -> None:
        """Nothing is open any more."""
        if self._opened is not None:
            opened, self._opened = self._opened, None
            opened[2].close()
