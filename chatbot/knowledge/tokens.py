"""What a text is compared by: the roots of its telling words, and the runs of letters inside its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chatbot.brand import BrandError
from chatbot.forms.text import fold

WORD = re.compile(r"[^\W_]+")
ROOT = 6  # letters: « transfert », « transferer » and « transferts » share them
GRAMS = (3, 4)


@dataclass(frozen=True, slots=True)
class Telling:
    """Which words count: ``ignored`` ones tell nothing of a subject, and those of ``same`` stand for one word.

    ``elsewhere`` finds the words of subjects that are not the brand's.
    """

    ignored: frozenset[str] = frozenset()
    same: re.Pattern[str] | None = None
    heads: tuple[str, ...] = ()
    elsewhere: re.Pattern[str] | None = None

    @classmethod
    def read(cls, table: Mapping[str, object]) -> Telling:
        """From ``ignored`` and ``same`` of ``[knowledge]``: head word → words and phrases, ``*`` for any ending.

        Raises BrandError naming the field.
        """
        ignored, groups, elsewhere = table.get("ignored", []), table.get("same", {}), table.get("elsewhere", [])
        if not isinstance(ignored, list) or not isinstance(elsewhere, list):
            raise BrandError("brand.toml: field 'knowledge.ignored' or '.elsewhere': a list of words is expected")
        if not isinstance(groups, Mapping) or not all(isinstance(group, list) for group in groups.values()):
            raise BrandError("brand.toml: field 'knowledge.same': lists of words are expected")
        patterns = [f"({'|'.join(map(_phrase, group))})" for group in groups.values()]
        same = re.compile(rf"\b(?:{'|'.join(patterns)})\b") if patterns else None
        other = re.compile(rf"\b(?:{'|'.join(map(_phrase, elsewhere))})\b") if elsewhere else None
        return cls(frozenset(map(fold, ignored)), same, tuple(map(fold, groups)), other)

    def words(self, text: str) -> list[str]:
        """The telling words of a text, folded, in order; all of its words when none tells."""
        found = " ".join(WORD.findall(fold(text)))
        if self.same:
            found = self.same.sub(lambda match: self.heads[(match.lastindex or 1) - 1], found)
        words = found.split()
        return [word for word in words if word not in self.ignored] or words

    def strange(self, text: str) -> frozenset[str]:
        """Its words of subjects that are not the brand's."""
        if self.elsewhere is None:
            return frozenset()
        return frozenset(self.elsewhere.findall(" ".join(WORD.findall(fold(text)))))


def _phrase(phrase: str) -> str:
    return (
        re.escape(" ".join(WORD.findall(fold(phrase.replace("*", "zzz"))))).replace(r"\ ", " ").replace("zzz", r"\w*")
    )


def roots(words: Sequence[str]) -> list[str]:
    """Words cut to their root."""
    return [word[:ROOT] for word in words]


def grams(words: Sequence[str]) -> Counter[str]:
    """Runs of three and four letters inside words, word ends marked."""
    padded = [f" {word} " for word in words]
    return Counter(
        word[at : at + size] for word in padded for size in GRAMS for at in range(max(1, len(word) - size + 1))
    )
