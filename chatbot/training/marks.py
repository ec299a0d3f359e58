"""Whether a text says what its acts mean and claims nothing else: the phrases of voice/marks.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chatbot.guard import HOLE
from chatbot.types import Act
from chatbot.watch import plain_text


@dataclass(frozen=True, slots=True)
class Marks:
    """``acts`` maps act → ``says`` and ``alone``, phrases of plain text."""

    acts: Mapping[str, Mapping[str, Sequence[str]]]

    @classmethod
    def read(cls, file: Path) -> Marks:
        """From marks.toml."""
        return cls(tomllib.loads(file.read_text(encoding="utf-8")))

    def of(self, act: str, key: str) -> Sequence[str]:
        """The phrases of an act, or of the nearest act it is a kind of that has an entry."""
        while act and act not in self.acts:
            act = act.rpartition(".")[0]
        return self.acts.get(act, {}).get(key, ())

    def faults(self, text: str, acts: Sequence[Act]) -> list[str]:
        """``unsaid`` acts and ``false`` claims of a text with its placeholders; empty when it keeps its marks."""
        plain = plain_text(HOLE.sub(" ", text))
        unsaid = [act.name for act in acts if (ways := self.of(act.name, "says")) and not _any(ways, plain)]
        allowed = {phrase for act in acts for phrase in self.of(act.name, "alone")}
        watched = {phrase for table in self.acts.values() for phrase in table.get("alone", ())}
        return [f"unsaid: {name}" for name in unsaid] + [
            f"false: {phrase}" for phrase in sorted(watched - allowed) if _any([phrase], plain)
        ]


def _any(phrases: Sequence[str], plain: str) -> bool:
    return any(re.search(rf"\b{re.escape(phrase)}\b", plain) for phrase in phrases)
