"""Reads all unanswered messages as one: an identifier may be cut over two of them, or over two turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chatbot.types import Heard, Incoming, Meaning, Normalised

FRAGMENT = 12  # characters: a lone word this short may be the rest of an identifier cut in two

Normalise = Callable[[str], Normalised]
Understand = Callable[[Normalised, str, Sequence[str]], Meaning]


@dataclass(frozen=True, slots=True)
class Ear:
    """The normaliser and the understander, as two functions."""

    normalise: Normalise
    understand: Understand

    def hear(
        self, messages: Sequence[Incoming], context: Sequence[str], carried: Incoming | None = None
    ) -> tuple[Heard, tuple[Normalised, ...]]:
        """What the messages say together, and each one's standard French.

        ``context`` holds what was asked last (slot names and the question's words); ``carried`` is an identifier that
        looked cut short: it is read again in front of a message that may be its other half.
        """
        parts = [self.normalise(message.text) for message in messages]
        apart = [self.understand(part, m.text, context) for part, m in zip(parts, messages, strict=True)]
        together = (carried, *messages) if carried and _may_be_the_rest(messages) else tuple(messages)
        if len(together) == 1:
            return Heard(together, messages[0].text, parts[0].text, apart[0], tuple(apart)), tuple(parts)
        text = "\n".join(message.text for message in together)
        whole = self.normalise(text)
        meaning = self.understand(whole, text, context)
        return Heard(together, text, whole.text, meaning, tuple(apart)), tuple(parts)


def _may_be_the_rest(messages: Sequence[Incoming]) -> bool:
    text = messages[0].text.strip()
    return 0 < len(text) <= FRAGMENT and not text.count(" ") and any(character.isdigit() for character in text)
