"""Verbs in -er, whose infinitive, participle and 'vous' form sound alike and are written for one another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from chatbot.forms.text import fold
from chatbot.normalise.lists import cased, folded, table, words

_ENDING = re.compile(r"(.{2,}?)(er|ez|ees?|es?|ais?|ait|et)$")
_SILENT = ("", "s", "nt")
_SOUNDED = (
    *("ons", "ez", "er", "é", "ée", "és", "ées", "ais", "ait", "ions", "iez", "aient", "ai", "as", "a", "ant"),
    *("era", "erai", "eras", "erons", "erez", "eront", "erais", "erait", "eriez", "eraient", "èrent"),
)
_CLOSED = re.compile(r"é([^aeiouy]{1,2})$")
# After an auxiliary these stand before a noun: "c'est l'inverse", "je suis en voyage".
_PARTED = frozenset({"l'", "le", "les", "en"})
# The written ending said é: infinitive, participle, "vous" and the past forms.
_SAID_E = frozenset({"er", "ez", "ai", "ais", "ait", "et"})


class Verbs:
    """Decides the ending by what stands before the verb. Lists: contexts.toml, table ``verbs``."""

    def __init__(self, contexts: Mapping[str, object]) -> None:
        lists = table(contexts, "verbs")
        infinitives = words(lists, "infinitives")
        self._stems = {fold(verb[:-2]): verb[:-2] for verb in infinitives}
        # "envoie", "appuie": the y of the infinitive is an i before a silent e.
        self._stems |= {fold(verb[:-3]) + "i": verb[:-2] for verb in infinitives if verb.endswith("yer")}
        self._also_nouns = folded(lists, "also_nouns")
        self._auxiliaries = folded(lists, "auxiliaries")
        self._had_by = folded(lists, "had_by")
        self._modals = folded(lists, "modals")
        self._before_infinitive = folded(lists, "before_infinitive")
        self._nouns_after_de = folded(lists, "nouns_after_de")
        self._before_de = folded(lists, "before_de")
        self._between = folded(lists, "between")
        self._links = folded(lists, "links")
        self._singular = folded(lists, "singular_subjects")
        self._things = folded(lists, "things")
        self._objects = folded(lists, "objects")

    def forms(self, *, accented: bool = False) -> Iterator[str]:
        """Every form of the verbs that a customer is likely to write; ``accented``: of stems with an accent only."""
        for stem in self._stems.values():
            if accented and stem.isascii():
                continue
            for ending in _SILENT:
                yield _present(stem) + ending
            for ending in _SOUNDED:
                yield stem + ending

    def is_form(self, bare: str) -> bool:
        """True for a folded form of a known verb in the present or the imperfect."""
        match = _ENDING.fullmatch(bare)
        return bool(match) and fold(match[1]) in self._stems if match else bare in self._stems

    def mend(self, typed: str, before: tuple[str, ...]) -> str | None:
        """The verb with the ending its neighbours ask for; None when it is no known verb or stands right."""
        lower = typed.lower()
        match = _ENDING.fullmatch(fold(lower))
        stem = self._stems.get(match[1]) if match else None
        if match is None or stem is None:
            return None
        ending, accented = match[2], not lower[match.end(1) :].isascii()
        wanted = self._wanted(fold(lower), ending, accented, before)
        if wanted is None:
            return None
        right = _present(stem) + wanted[1:] if wanted in ("e", "es") else stem + wanted
        return None if right == lower else cased(right, typed)

    def _wanted(self, bare: str, ending: str, accented: bool, before: tuple[str, ...]) -> str | None:
        if not before:
            return None
        place = next((i for i, w in enumerate(before) if w not in self._between), None)
        governor = before[place] if place is not None else ""
        heard = ending in _SAID_E or (accented and ending in ("e", "es"))
        if heard and before[0] == "vous" and self._opens(before[1:]) and ending in ("er", "e", "ai", "ait", "et"):
            return "ez"
        skipped, further = before[: place or 0], before[place + 1 :] if place is not None else ()
        inverted = governor.endswith(("ez", "es")) or not {"vous", "nous"} & set(skipped)
        if inverted and not _PARTED & set(skipped) and self._is_auxiliary(governor, further):
            return self._participle(bare, ending, accented)
        loosely = heard or (ending == "e" and bare not in self._also_nouns)
        if loosely and governor in self._modals and "vous" not in skipped[:1]:
            return "er"
        if heard and ending != "er" and governor in self._before_infinitive and not ending.startswith("ai"):
            return "er"
        if (
            loosely
            and bare not in self._nouns_after_de
            and governor in ("de", "d'")
            and ending != "er"
            and any(w in self._before_de for w in before[1:3])
        ):
            return "er"
        if ending == "er" and before[0] in self._things:
            return "é"
        if ending == "er" and before[0] in self._singular and self._opens(before[1:]):
            return "e"
        return None if accented else self._person(ending, before)

    def _person(self, ending: str, before: tuple[str, ...]) -> str | None:
        """The ending of the present that goes with the pronoun: 'tu envoie' is envoies, 'ils demande' demandent."""
        subject = before[1] if before[0] in self._objects and len(before) > 1 else before[0]
        if ending == "e" and subject == "tu":
            return "es"
        return "e" if ending == "es" and subject in self._singular else None

    def _opens(self, before: tuple[str, ...]) -> bool:
        """True when the subject opens the clause or follows a word that links one."""
        return not before or before[0] in self._links

    def _is_auxiliary(self, word: str, before: tuple[str, ...]) -> bool:
        return word in self._auxiliaries or (word == "a" and bool(before) and before[0] in self._had_by)

    def _participle(self, bare: str, ending: str, accented: bool) -> str | None:
        if ending in ("er", "ez", "ai", "ait", "et"):
            return "é"
        if accented or (ending in ("e", "es") and bare in self._also_nouns):
            return None
        return {"e": "é", "es": "és", "ee": "ée", "ees": "ées"}.get(ending)


def _present(stem: str) -> str:
    """The singular present: envoie, appelle, préfère of envoyer, appeler, préférer; else the stem with an e."""
    if stem.endswith(("appel", "jet", "renouvel")):
        return stem + stem[-1] + "e"
    if _CLOSED.search(stem):
        return _CLOSED.sub(r"è\1e", stem)
    return stem[:-1] + "ie" if stem.endswith(("oy", "uy")) else stem + "e"
