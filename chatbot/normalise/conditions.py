"""The small language of the lexicon's ``when`` column: which neighbours a sense of a word needs.

Terms joined by spaces must all hold; alternatives are parted by ``;``. A term may be negated with ``!``.
``prev:a|b|@class`` the word before (punctuation parts clauses) · ``prev2:`` one of the two before · ``next:``
``next2:`` likewise · ``near:`` within three words · ``has:`` anywhere · ``first`` ``last`` ``alone`` of the message ·
``start`` ``end`` of the clause · ``upper`` ``lower`` as typed · ``question`` the message asks · ``never``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce

from chatbot.forms.text import fold


@dataclass(slots=True)  # frozen ones take three times as long to build, and one is built for every word
class Around:
    """What stands around a candidate: words of its clause before and after, nearest first, and the whole message."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    words: frozenset[str]
    typed: str
    first: bool
    last: bool
    question: bool
    number_before: bool
    number_after: bool


Test = Callable[[Around], bool]
_PLAIN: Mapping[str, Test] = {
    "first": lambda a: a.first,
    "last": lambda a: a.last,
    "alone": lambda a: a.first and a.last,
    "start": lambda a: not a.before and not a.number_before,
    "end": lambda a: not a.after and not a.number_after,
    "upper": lambda a: a.typed.isupper(),
    "lower": lambda a: a.typed == a.typed.lower(),
    "question": lambda a: a.question,
    "number-before": lambda a: a.number_before,
    "number-after": lambda a: a.number_after,
    "never": lambda a: False,
}


class WordClasses:
    """Named groups of words from contexts.toml: word lists and regular expressions."""

    def __init__(self, classes: Mapping[str, object]) -> None:
        self._words = {n: frozenset(fold(str(w)) for w in v) for n, v in classes.items() if isinstance(v, list)}
        self._patterns = {n: re.compile(v) for n, v in classes.items() if isinstance(v, str)}

    def holds(self, name: str, word: str) -> bool:
        """True when the folded word is in the class. Raises KeyError for an unknown class."""
        if name in self._patterns:
            return self._patterns[name].fullmatch(word) is not None
        return word in self._words[name]

    def matcher(self, spec: str) -> Callable[[str], bool]:
        """A test for one of ``a|b|@class``. Raises KeyError for an unknown class."""
        parts = spec.split("|")
        words = frozenset(fold(p) for p in parts if not p.startswith("@"))
        patterns = []
        for part in parts:
            if part.startswith("@") and part[1:] in self._patterns:
                patterns.append(self._patterns[part[1:]])
            elif part.startswith("@"):
                words |= self._words[part[1:]]
        if not patterns:
            return words.__contains__
        return lru_cache(maxsize=2048)(lambda word: word in words or any(p.fullmatch(word) for p in patterns))


def compile_when(when: str, classes: WordClasses) -> Test | None:
    """The test of a ``when`` cell; None when it is empty. Raises ValueError or KeyError on an unknown term or class."""
    if not when.strip():
        return None
    alternatives = [[_term(t, classes) for t in part.split()] for part in when.split(";")]
    return reduce(_either, [reduce(_both, terms) for terms in alternatives])


# Pairs of calls rather than any() and all(): a condition is asked for nearly every word, and a generator costs more
# than a test.
def _both(one: Test, other: Test) -> Test:
    return lambda around: one(around) and other(around)


def _either(one: Test, other: Test) -> Test:
    return lambda around: one(around) or other(around)


def _term(term: str, classes: WordClasses) -> Test:
    if term.startswith("!"):
        inner = _term(term[1:], classes)
        return lambda a: not inner(a)
    if term in _PLAIN:
        return _PLAIN[term]
    name, _, spec = term.partition(":")
    if not spec:
        raise ValueError(f"unknown condition {term!r}")
    matches = classes.matcher(spec)
    if name == "prev":
        return lambda a: bool(a.before) and matches(a.before[0])
    if name == "prev2":
        return lambda a: any(map(matches, a.before[:2]))
    if name == "next":
        return lambda a: bool(a.after) and matches(a.after[0])
    if name == "next2":
        return lambda a: any(map(matches, a.after[:2]))
    if name == "near":
        return lambda a: any(map(matches, a.before[:3])) or any(map(matches, a.after[:3]))
    if name == "has":
        return lambda a: any(map(matches, a.words))
    raise ValueError(f"unknown condition {term!r}")
