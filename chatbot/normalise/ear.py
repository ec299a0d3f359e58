"""Words written as they sound: 'chofeur' is chauffeur, 'conprend' comprends, 'jvoi' je vois, 'lacheteur' l'acheteur."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from rapidfuzz.distance import OSA

from chatbot.forms.text import fold
from chatbot.normalise.conditions import Around
from chatbot.normalise.lists import cased, folded, table, words
from chatbot.normalise.sounds import sound, sounds

# Shorter words sound like several others; they are rows of the lexicon, with the neighbours that settle them.
SHORTEST = 4
SHORTEST_KEY = 3
LONGEST = 20
# Two words of one sound: the one spelt like what was typed, unless its ending goes against its neighbours.
MISMATCH = 2
_LETTERS = re.compile(r"[^\W\d_]+")
_GLUED = re.compile(r"(qu|[djklmnst])([aeiouyhàâéèêëîïôœ]\w{3,})|(j)([^\W\daeiouyhàâéèêëîïôœ_]\w{2,})")
_HEADS = {"k": "qu'", "qu": "qu'"}
# These stand before verbs only: "mapeler" is m'appeler, "maine" nothing of the kind.
_BEFORE_VERBS = frozenset("jmnst")


class Ear:
    """Built from the table ``heard`` of contexts.toml.

    ``known``: folded words that are never respelt. ``verbs``: folded forms of verbs.
    """

    def __init__(self, contexts: Mapping[str, object], known: frozenset[str], verbs: frozenset[str]) -> None:
        lists = table(contexts, "heard")
        right = tuple(dict.fromkeys(words(lists, "words")))
        foreign = folded(lists, "foreign") | folded(lists, "names") | folded(lists, "also_words")
        self._spelt = {fold(word): word for word in reversed(right)}
        self._verbs = verbs
        self._known = known | foreign | frozenset(self._spelt)
        self._by_sound: dict[str, list[str]] = {}
        for word in right:
            self._by_sound.setdefault(sound(word), []).append(word)
        self._second = folded(lists, "s_after")
        self._plural = folded(lists, "plural_after")
        self._never = folded(lists, "never_split")
        self._candidates = lru_cache(maxsize=4096)(self._find)

    def word(self, typed: str, around: Around) -> str | None:
        """The French word that sounds like the typed one, in its case; None when it is known or nothing sounds so."""
        lower = typed.lower()
        if not SHORTEST <= len(lower) <= LONGEST or not _LETTERS.fullmatch(lower):
            return None
        if typed != lower and not around.first:
            return None  # a capital inside a message is a name more often than a slip
        found = self._candidates(lower)
        if found:
            return cased(self._best(fold(lower), found, around.before), typed)
        return self._unglued(lower, typed)

    def _find(self, lower: str) -> tuple[str, ...]:
        bare = fold(lower)
        if self._is_known(bare):
            return ()
        for key in sounds(lower):
            if len(key) >= SHORTEST_KEY and key in self._by_sound:
                return tuple(self._by_sound[key])
        return ()

    def _is_known(self, bare: str) -> bool:
        return bare in self._known or any(len(stem) < len(bare) and stem in self._known for stem in _stems(bare))

    def _best(self, bare: str, found: Iterable[str], before: tuple[str, ...]) -> str:
        """The closest spelling whose last letter goes with what stands before; the more frequent of two."""
        ends_in_s = bool(set(before[:2]) & self._second) or bool(set(before[:1]) & self._plural)

        def cost(word: str) -> int:
            return OSA.distance(bare, fold(word)) + MISMATCH * ((word[-1] in "sx") != ends_in_s)

        return min(found, key=cost)

    def _unglued(self, lower: str, typed: str) -> str | None:
        """An article or a pronoun run together with a word of the list, as written or as it sounds."""
        match = _GLUED.fullmatch(lower)
        if match is None or self._is_known(fold(lower)) or fold(lower) in self._never:
            return None
        head, rest = match[1] or match[3], match[2] or match[4]
        whole = self._spelt.get(fold(rest))
        if whole is None:
            found = self._candidates(rest) if len(rest) >= SHORTEST else ()
            whole = self._best(fold(rest), found, ("je",) if head == "j" else ()) if found else None
        if whole is None:
            return None
        if match[3]:
            return cased(f"je {whole}", typed)
        if fold(whole)[0] not in "aeiouyh" or (head in _BEFORE_VERBS and fold(whole) not in self._verbs):
            return None
        return cased(_HEADS.get(head, f"{head}'") + whole, typed)


def _stems(bare: str) -> tuple[str, str]:
    """The word without the ending of a plural or a feminine."""
    singular = bare.rstrip("sx")
    return singular, singular.removesuffix("e")
