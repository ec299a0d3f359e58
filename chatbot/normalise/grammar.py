"""What French itself decides: elision, words run together, participle or infinitive after the verb before."""

from __future__ import annotations

import re
from collections.abc import Mapping

from chatbot.brand import BrandError
from chatbot.forms.text import fold
from chatbot.normalise.conditions import Around

_ELIDED = {"que": "qu'", "de": "d'", "je": "j'", "le": "l'", "me": "m'", "te": "t'", "ne": "n'", "se": "s'"}
_RUN_TOGETHER = re.compile(r"(qu|[jldmntsc])([aeiouyhàâéèêëîïôœ].*)", re.IGNORECASE)
_INFINITIVE = re.compile(r"[^\W\d_]{3,}er")
_PARTICIPLE = re.compile(r"[^\W\d_]{3,}(?:é|ée|és|ez)")


class Grammar:
    """Built from the word lists of contexts.toml."""

    def __init__(self, contexts: Mapping[str, object]) -> None:
        lists = contexts.get("grammar", {})
        if not isinstance(lists, dict):
            raise BrandError("contexts.toml: field 'grammar': a table expected")
        self._after_elision = _words(lists, "after_elision")
        self._keep = _words(lists, "never_split")
        self._auxiliaries = _words(lists, "auxiliaries")
        self._modals = _words(lists, "modals")
        self._between = _words(lists, "between")
        self._not_verbs = _words(lists, "not_verbs")
        self._finite = _words(lists, "finite")
        self._negators = _words(lists, "negators")
        self._finite_plus = _words(lists, "finite_before_plus")
        self._clitics = _words(lists, "clitics")

    def word(self, typed: str, around: Around) -> str | None:
        """A better spelling of a word the lexicon does not hold, or None."""
        return self._split(typed) or self._ending(typed, around)

    def agree(self, standard: str, around: Around) -> str:
        """The standard form, elided before a vowel: 'que' + 'il' gives "qu'"."""
        elided = _ELIDED.get(standard)
        if elided and around.after and _opens_with_vowel(around.after[0]):
            return elided
        return standard

    def negated(self, spelt: str, around: Around) -> str:
        """The word with the 'ne' that speech leaves out before it: 'je peux pas' is 'je ne peux pas'."""
        words = [fold(spelt), *around.after]
        if words[0] == "j'" and self._lacks_ne(words[1:], ""):
            return "je "
        before = around.before[0] if around.before else ""
        if self._lacks_ne(words, before):
            return ("n'" if _opens_with_vowel(words[0]) else "ne ") + spelt
        return spelt

    def _lacks_ne(self, words: list[str], before: str) -> bool:
        """True when the words are object pronouns, a verb and a negation, with no 'ne' before them."""
        if before in ("ne", "n'", "ni") or before in self._clitics:
            return False
        place = 0
        while place < len(words) and words[place] in self._clitics and place < 2:
            place += 1
        if place + 1 >= len(words) or words[place] not in self._finite:
            return False
        return words[place + 1] in self._negators or (words[place + 1] == "plus" and words[place] in self._finite_plus)

    def _split(self, typed: str) -> str | None:
        """'largent' is l'argent when what is left is a word that takes the elision."""
        match = _RUN_TOGETHER.fullmatch(typed)
        if not match or fold(typed) in self._keep or fold(match.group(2)) not in self._after_elision:
            return None
        return f"{match.group(1)}'{match.group(2)}"

    def _ending(self, typed: str, around: Around) -> str | None:
        lower = typed.lower()
        if fold(lower) in self._not_verbs:
            return None
        governor = next((w for w in around.before if w not in self._between), None)
        if governor is None:
            return None
        if _INFINITIVE.fullmatch(lower) and governor in self._auxiliaries:
            return typed[:-2] + "é"
        if _PARTICIPLE.fullmatch(lower) and governor in self._modals:
            return re.sub(r"(?:é|ée|és|ez)$", "er", typed)
        return None


def _words(lists: Mapping[str, object], field: str) -> frozenset[str]:
    value = lists.get(field, [])
    if not isinstance(value, list):
        raise BrandError(f"contexts.toml: field 'grammar.{field}': a list expected")
    return frozenset(fold(str(word)) for word in value)


def _opens_with_vowel(word: str) -> bool:
    return word[0] in "aeiouy" or word in {"heure", "heures", "hier", "homme", "histoire", "hopital", "habitude"}
