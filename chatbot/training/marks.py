"""Whether a text says what its acts mean and claims nothing else: the phrases of voice/marks.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chatbot.guard import HOLE
from chatbot.types import Act
from chatbot.watch import Marks as OfAct
from chatbot.watch import find, plain_text, read_marks


@dataclass(frozen=True, slots=True)
class Marks:
    """The guard's own marks, by act; here every fault of a text is named."""

    acts: Mapping[str, OfAct]

    @classmethod
    def of(cls, table: Mapping[str, object]) -> Marks:
        """From a table as marks.toml holds it. Raises BrandError naming the act."""
        return cls(read_marks(table))

    @classmethod
    def read(cls, file: Path) -> Marks:
        """From marks.toml. Raises BrandError naming the act."""
        return cls.of(tomllib.loads(file.read_text(encoding="utf-8")))

    def faults(self, text: str, acts: Sequence[Act]) -> list[str]:
        """``unsaid`` acts and ``false`` claims of a text with its placeholders; empty when it keeps its marks."""
        plain = plain_text(HOLE.sub(" ", text))
        planned = [(act.name, marks) for act in acts if (marks := find(self.acts, act.name))]
        unsaid = [name for name, marks in planned if not marks.says.search(plain)]
        watched: set[str] = set().union(*(marks.alone for marks in self.acts.values()))
        watched = watched.difference(*(marks.alone for _, marks in planned))
        claimed = [phrase for phrase in sorted(watched) if f" {phrase} " in f" {plain} "]
        return [f"unsaid: {name}" for name in unsaid] + [f"false: {phrase}" for phrase in claimed]
