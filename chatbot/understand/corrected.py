"""Messages whose intent people corrected: read again, numbers and names aside, they mean what the correction says."""

from __future__ import annotations

from collections.abc import Iterable

from chatbot.forms.text import fold
from chatbot.tables import Example
from chatbot.understand.asked import Asked, read_context


class Corrected:
    """Corrected examples by their masked text and by what was asked before them; of equals the last counts."""

    def __init__(self, examples: Iterable[tuple[str, Example]]) -> None:
        self._examples = {(_key(text), read_context([e.asked]).slots): e for text, e in examples}

    def find(self, text: str, asked: Asked) -> Example | None:
        """The correction of a masked text after this question; one without a question holds where none was asked."""
        return self._examples.get((_key(text), asked.slots)) if self._examples else None


def _key(text: str) -> str:
    return " ".join(fold(text).split())
