"""Words misspelt in a way French itself settles: accents left out, a letter wrong in a long word of the trade."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from chatbot.forms.text import fold
from chatbot.normalise.lists import cased, table, words

SHORTEST_STEM = 4
LONGEST = 30
# One slip in a word of seven letters or more leaves one word it can be; in shorter ones it leaves several.
SHORTEST_SPELT = 7
_EE = re.compile(r"([^\W\d_]{3,})ee(s?)")
_LETTERS = re.compile(r"[^\W\d_]+")
_TRIPLE = re.compile(r"([^\W\d_])\1{2,}")


class Spelling:
    """Built from the table ``spelling`` of contexts.toml; ``word`` is pure and costs the same for every word.

    ``forms``: forms of verbs with their accents. ``known``: folded words never taken for a slip.
    """

    def __init__(self, contexts: Mapping[str, object], forms: Iterable[str], known: frozenset[str]) -> None:
        lists = table(contexts, "spelling")
        forms = tuple(forms)
        self._accented = _by_bare(words(lists, "accents"), forms)
        self._stems = {fold(s): s for s in words(lists, "accent_stems")}
        self._longest = max(map(len, self._stems), default=0)
        self._plain = frozenset(words(lists, "never_accented"))
        self._trade: dict[str, list[str]] = {}
        for trade in words(lists, "trade"):
            self._trade.setdefault(fold(trade[0]), []).append(fold(trade))
        right = (forms, *(words(lists, field) for field in ("accents", "spelt_right", "trade")))
        #: Folded words of the brand's French.
        self.known = known | frozenset(map(fold, itertools.chain(*right)))
        self._right = lru_cache(maxsize=4096)(self._look_up)

    def word(self, typed: str) -> str | None:
        """The right spelling of a word, in the case it was typed in; None when there is nothing to mend."""
        lower = typed.lower()
        # No French word is as long, and a capital inside is a name of something.
        if len(lower) > LONGEST or (typed[1:] not in (lower[1:], typed[1:].upper())):
            return None
        right = self._right(lower, typed[0].isupper())
        return None if right is None or right == lower else cased(right, typed)

    def _look_up(self, lower: str, capital: bool) -> str | None:
        bare = fold(lower)
        if bare in self._plain or not _LETTERS.fullmatch(lower):
            return None
        mended = self._unrepeated(lower)
        accented = self._accents(mended)
        if accented != lower:
            return accented
        # A capital inside a message is a name more often than a slip.
        return None if capital else self._nearest(bare)

    def _unrepeated(self, lower: str) -> str:
        """No French word holds a letter three times over: two of it where that makes a known word, else one."""
        if not _TRIPLE.search(lower):
            return lower
        twice, once = _TRIPLE.sub(r"\1\1", lower), _TRIPLE.sub(r"\1", lower)
        return next((w for w in (twice, once) if fold(w) in self.known), lower)

    def _accents(self, lower: str) -> str:
        bare = fold(lower)
        exact = self._accented.get((bare, lower[-1] != bare[-1]))
        if exact and _accents_within(lower, exact, bare):
            return exact
        for length in range(min(self._longest, len(bare)), SHORTEST_STEM - 1, -1):
            stem = self._stems.get(bare[:length])
            if stem:
                # An accent the customer typed stays: "précède" shares the beginning of "précéder".
                lower = "".join(t if t != b else s for t, b, s in zip(lower, bare, stem, strict=False)) + lower[length:]
                break
        match = _EE.fullmatch(lower)
        return f"{match[1]}ée{match[2]}" if match else lower

    def _nearest(self, bare: str) -> str | None:
        if len(bare) < SHORTEST_SPELT or bare in self.known or bare.rstrip("s") in self.known:
            return None
        near = process.extractOne(bare, self._trade.get(bare[0], ()), scorer=OSA.distance, score_cutoff=1)
        # A letter more at the end is another form of the word, and no slip: "permise", "référencée".
        if near is None or bare.startswith(near[0]):
            return None
        return self._accents(near[0])


def _by_bare(accented: Iterable[str], forms: Iterable[str]) -> dict[tuple[str, bool], str]:
    """Words with an accent by their letters and whether the last has one; the first of two that share both.

    'vérifie' and 'vérifié' have the same letters, and a customer who types the last accent means the second.
    """
    found: dict[tuple[str, bool], str] = {}
    for word in accented:
        bare = fold(word)
        found.setdefault((bare, word[-1] != bare[-1]), word)
        found.setdefault((bare, False), word)
    for word in forms:
        bare = fold(word)
        found.setdefault((bare, word[-1] != bare[-1]), word)
    return found


def _accents_within(typed: str, right: str, bare: str) -> bool:
    """True when the typed accents stand on letters that have one in the right word too: 'élevés' is not élèves.

    A word with an accent typed elsewhere keeps its last letter: 'vérifie' is a present, not a participle.
    """
    if typed != bare and (typed[-1] == bare[-1]) != (right[-1] == bare[-1]):
        return False
    return all(t == b or r != b for t, r, b in zip(typed, right, bare, strict=True))
