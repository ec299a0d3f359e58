"""Short turns of phrase that steer a dialogue (« laisse tomber », « je vois ça où »), listed by the brand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_GAPS = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Lower case without accents or punctuation, words parted by single spaces."""
    bare = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    return _GAPS.sub(" ", "".join(c for c in bare if not unicodedata.combining(c))).strip()


@dataclass(frozen=True, slots=True)
class Cues:
    """Compiled phrases by name. ``only``: phrases that count when they are the whole message."""

    anywhere: Mapping[str, re.Pattern[str]]
    only: Mapping[str, frozenset[str]]

    @classmethod
    def read(cls, settings: Mapping[str, object]) -> Cues:
        """From ``[cues]`` and ``[cues.only]`` of brand.toml; a phrase may use ``*`` for any one word."""
        table = settings.get("cues", {})
        if not isinstance(table, Mapping):
            return cls({}, {})
        only = table.get("only", {})
        return cls(
            anywhere={name: _pattern(phrases) for name, phrases in table.items() if isinstance(phrases, list)},
            only={name: frozenset(map(fold, phrases)) for name, phrases in only.items()},
        )

    def hears(self, name: str, *folded: str) -> bool:
        """Whether any of the folded texts holds, or as a whole is, one of the phrases called ``name``."""
        pattern, whole = self.anywhere.get(name), self.only.get(name, frozenset())
        return any(text in whole or (pattern is not None and pattern.search(text) is not None) for text in folded)

    def ends(self, name: str, folded: str) -> bool:
        """Whether a folded text ends with one of the phrases called ``name``."""
        pattern = self.anywhere.get(name)
        return pattern is not None and any(match.end() == len(folded) for match in pattern.finditer(folded))


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    alternatives = [re.escape(fold(p.replace("*", " qqq "))).replace("qqq", r"\w+") for p in phrases]
    return re.compile(r"\b(?:" + "|".join(sorted(alternatives, key=len, reverse=True)) + r")\b")
