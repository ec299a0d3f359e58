"""Keeps a small model to its plan while it writes: act by act, each with its own facts, none left out. No torch.

The model writes ``#1[noted]`` and the words of that act, ``#2[answer.fees]`` and so on; these names are tokens that
decoding leaves out. So the next token can be held to what the plan allows: words at any time, a placeholder only of
the act being said, the next act's name only when this one's facts have all been said, an end only after the last.
What is said stays the model's own; what is left out or mixed up it can no longer be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chatbot.types import Act
from chatbot.voices.prompt_local import place, told

TRIES = 3  # times an act is begun anew when a fact of it was left out


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Numbers of a model's tokens by their text, and the one that ends a reply."""

    numbers: Mapping[str, int]
    end: int
    emoji: tuple[int, ...] = ()

    def guide(self, acts: Sequence[Act], *, grave: bool = False) -> Guide | None:
        """A guide through these acts; None where the model has no tokens for them (a big one writes on its own)."""
        steps = []
        for number, act in enumerate(acts, start=1):
            named = [*(place(number), told(act.name)), *("{" + fact + "}" for fact in act.facts)]
            if any(name not in self.numbers for name in named):
                return None
            head, facts = named[:2], named[2:]
            steps.append(
                Step(tuple(self.numbers[name] for name in head), frozenset(self.numbers[name] for name in facts))
            )
        return Guide(tuple(steps), self.end, self.emoji if grave else ())


@dataclass(frozen=True, slots=True)
class Step:
    """One act: the tokens that name it, and those of the facts it must say."""

    head: tuple[int, ...]
    facts: frozenset[int]


class Guide:
    """Where one reply stands in its plan."""

    def __init__(self, steps: tuple[Step, ...], end: int, avoided: Sequence[int] = ()) -> None:
        """``avoided``: words that do not suit this reply."""
        self._steps, self._end = steps, end
        self._at = 0
        self._owed = set(steps[0].facts)
        self._forced: tuple[int, ...] = ()
        self._tries, self._opened = TRIES, False
        self.avoided = avoided
        self.crossed = False  # whether the last token closed one act and opened the next

    @property
    def opening(self) -> tuple[int, ...]:
        """Tokens that every reply to this plan begins with: they may stand in the prompt."""
        return self._steps[0].head

    @property
    def forced(self) -> int | None:
        """The only token that may come now."""
        return self._forced[0] if self._forced else None

    @property
    def special(self) -> Sequence[int]:
        """Beside words, the tokens that may come now."""
        facts = self._steps[self._at].facts
        if self._owed:
            return tuple(facts)
        last = self._at + 1 == len(self._steps)
        return (*facts, self._end if last else self._steps[self._at + 1].head[0])

    def stuck(self, wished: int) -> bool:
        """Whether the model is done with this act (``wished`` is the token it would write) and left out a fact of it.

        Then the act is begun anew; after so many times the model goes on as it can, and the guard will see.
        """
        if self._forced or not self._owed or wished not in self._leaving or not self._tries:
            return False
        self._tries -= 1
        self._owed = set(self._steps[self._at].facts)
        return True

    @property
    def _leaving(self) -> frozenset[int]:
        heads = (step.head[0] for step in self._steps)
        return frozenset((self._end, *heads))

    @property
    def owing(self) -> bool:
        """Whether a fact of this act is unsaid: only then may its words yet be taken back."""
        return bool(self._owed)

    @property
    def settled(self) -> bool:
        """Whether the next token is the first of an act's words."""
        return self._opened and not self._forced

    def accept(self, token: int) -> None:
        """The token that was written."""
        self.crossed = self._opened = False
        if self._forced:
            self._opened = len(self._forced) == 1
            self._forced = self._forced[1:]
            return
        self._owed.discard(token)
        if self._at + 1 < len(self._steps) and not self._owed and token == self._steps[self._at + 1].head[0]:
            self._at += 1
            self._forced = self._steps[self._at].head[1:]
            self._owed = set(self._steps[self._at].facts)
            self._tries = TRIES
            self.crossed = True
