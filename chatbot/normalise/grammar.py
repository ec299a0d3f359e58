"""What French itself decides: elision, words run together, the 'ne' speech leaves out, plurals after 'des'."""

from __future__ import annotations

import re
from collections.abc import Mapping

from chatbot.forms.text import fold
from chatbot.normalise.conditions import Around
from chatbot.normalise.lists import folded, table
from chatbot.normalise.verbs import Verbs

_ELIDED = {"que": "qu'", "de": "d'", "je": "j'", "le": "l'", "me": "m'", "te": "t'", "ne": "n'", "se": "s'"}
_EITHER = frozenset({"vous", "nous"})
_ARTICLES = {"le": "l'", "la": "l'"}
_RUN_TOGETHER = re.compile(r"(qu|[jldmntsc])([aeiouyhàâéèêëîïôœ].*)", re.IGNORECASE)
_PRONOUN_VERB = re.compile(r"(j)([^\W\daeiouyh_].*)")
_INFINITIVE = re.compile(r"[^\W\d_]{3,}er")
# More than twenty of something is a number of another kind: a reference, a year, a sum.
LARGEST_COUNT = 20


class Grammar:
    """Built from the word lists of contexts.toml."""

    def __init__(self, contexts: Mapping[str, object]) -> None:
        lists, plural = table(contexts, "grammar"), table(contexts, "plural")
        self.verbs = Verbs(contexts)
        self._auxiliaries = folded(table(contexts, "verbs"), "auxiliaries")
        elidable = (form for form in map(fold, self.verbs.forms()) if form[0] in "aeiou")
        self._after_elision = folded(lists, "after_elision") | frozenset(elidable)
        self._keep = folded(lists, "never_split")
        self._not_verbs = folded(lists, "not_verbs")
        self._finite = folded(lists, "finite")
        self._negators = folded(lists, "negators")
        self._finite_plus = folded(lists, "finite_before_plus")
        self._clitics = folded(lists, "clitics")
        self._determiners = folded(lists, "determiners")
        self._subjects = folded(lists, "subjects")
        self._elided_nouns = folded(lists, "elided_nouns")
        self._never_elided = folded(lists, "never_elided")
        self._plural_after = folded(plural, "determiners")
        self._many = folded(plural, "many")
        self._dated = folded(plural, "dated")
        self._countable = folded(plural, "nouns")

    def word(self, typed: str, around: Around) -> str | None:
        """A better spelling of a word the lexicon does not hold, or None."""
        return self._split(typed) or self._ending(typed, around) or self._plural(typed, around)

    def agree(self, standard: str, around: Around) -> str:
        """The standard form, elided before a vowel: 'que' + 'il' gives "qu'"."""
        elided = _ELIDED.get(standard)
        if elided and around.after and _opens_with_vowel(around.after[0]):
            return elided
        return standard

    def elided(self, typed: str, following: str) -> str | None:
        """A short word typed in full before a vowel, elided; None where it stands right. ``following`` as typed."""
        bare = fold(following)
        if following.isupper() or bare in self._never_elided or not _opens_with_vowel(bare) or bare[0] == "y" != bare:
            return None
        if typed in _ARTICLES:
            return _ARTICLES[typed] if bare in self._elided_nouns else None
        return _ELIDED.get(typed)

    def negated(self, spelt: str, around: Around) -> str:
        """The word with the 'ne' that speech leaves out before it: 'je peux pas' is 'je ne peux pas'."""
        if not around.after or spelt == "à" or {"ne", "n'"} & set(around.before[:2]):
            return spelt
        words = [fold(spelt), *around.after]
        if words[0] == "j'" and self._lacks_ne(words[1:], "j'"):
            return f"{spelt[0]}e n'"
        before = around.before[0] if around.before else ""
        if before != "j'" and self._lacks_ne(words, before):
            return ("n'" if _opens_with_vowel(words[0]) else "ne ") + spelt
        return spelt

    def _lacks_ne(self, words: list[str], before: str) -> bool:
        """True when the words are object pronouns, a verb and a negation, with no 'ne' before them."""
        if before in ("ne", "n'", "ni") or before in self._clitics or before in self._determiners:
            return False
        # "on vous répond pas": vous and nous are objects after another subject.
        place = int(words[0] in _EITHER and before in self._subjects - _EITHER)
        while place < len(words) and words[place] in self._clitics and place < 2:
            place += 1
        if place + 1 >= len(words) or not self._is_verb(words[place], before):
            return False
        if place and words[0] in self._determiners and before not in self._subjects:
            return False
        if words[place + 1] == "plus":  # "j'en veux plus" asks for more
            return words[place] in self._finite_plus and words[0] != "en"
        return words[place + 1] in self._negators

    def _is_verb(self, word: str, before: str) -> bool:
        if before in _EITHER and not word.endswith(("ez", "ons", "tes", "mes")):
            return False  # the object of another subject: "il vous demande"
        return word in self._finite or (before in self._subjects and self.verbs.is_form(word))

    def _split(self, typed: str) -> str | None:
        """'largent' is l'argent when what is left is a word that takes the elision; 'jpeux' is je peux."""
        lower = typed.lower()
        if fold(lower) in self._keep:
            return None
        match = _PRONOUN_VERB.fullmatch(lower)
        if match and (fold(match[2]) in self._finite or self.verbs.is_form(fold(match[2]))):
            return f"je {match[2]}"
        match = _RUN_TOGETHER.fullmatch(typed)
        rest = fold(match[2]) if match else ""
        if not match or rest not in self._after_elision or (rest == "ete" and "ê" in lower):
            return None
        if match[1].lower() == "c" and not rest.startswith(("est", "etai")):
            return None
        return f"{match[1]}'{match[2]}"

    def _ending(self, typed: str, around: Around) -> str | None:
        if fold(typed) in self._not_verbs or not around.before:
            return None
        mended = self.verbs.mend(typed, around.before)
        if mended is None and _INFINITIVE.fullmatch(typed) and around.before[0] in self._auxiliaries:
            return typed[:-2] + "é"
        return mended

    def _plural(self, typed: str, around: Around) -> str | None:
        """'des transfert' is des transferts; a count does the same, a date or a reference does not."""
        bare = fold(typed)
        if bare not in self._countable or bare[-1] in "sxz" or not around.before or not typed.islower():
            return None
        first, second = around.before[0], around.before[1] if len(around.before) > 1 else ""
        counted = first.isascii() and first.isdecimal() and 1 < int(first[:4]) <= LARGEST_COUNT
        if first in self._plural_after or (first == "de" and second in self._many):
            return typed + ("x" if bare.endswith("eau") else "s")
        return typed + "s" if counted and second not in self._dated else None


def _opens_with_vowel(word: str) -> bool:
    return word[0] in "aeiouy" or word in {"heure", "heures", "hier", "homme", "histoire", "hopital", "habitude"}
