"""What of a text can be searched: its words without accents, its identifiers in one spelling, where each stands.

The same reading serves the index (every form of a word) and the query (its first form), so that
"EFB.31570264", "efb 31570264" and "31570264" meet in one spelling.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings

from chatbot.forms.operator_id import find_operator_ids
from chatbot.forms.phone import find_phones
from chatbot.forms.reference import find_references
from chatbot.forms.spans import Taken
from chatbot.forms.text import INVISIBLE, fold

SHORTEST, LONGEST = 2, 40
PREFIXES = range(3, 7)  # letters of a name that find it while it is being typed
LAST_DIGITS = 4  # "le numéro qui finit par 0264"
OLD_NUMBER = 8  # digits of a phone number before January 2021, and of it in many heads today
_CASE = re.compile(r"(?<![a-z0-9])ak[ .\-]?(\d{3})[ .\-]?(\d{4})(?![\d])")
_UUID = re.compile(r"(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])")
_DIGIT_GROUPS = re.compile(r"(?<![\w.,])\d{1,3}(?:[ .\u00a0\u202f-]\d{3,4})+(?![\w]|[.,]\d)")
_WORD = re.compile(r"[^\W_]+")
_STOP = Path(__file__).with_name("stop_words.txt")


@dataclass(frozen=True, slots=True)
class Found:
    """A searchable place of a text, [start, end); ``forms`` are what it is found by, a query's spelling first."""

    start: int
    end: int
    forms: tuple[str, ...]


def read(text: str) -> list[Found]:
    """Every searchable place of ``text`` in reading order, stop words left out."""
    folded = fold(text)
    taken = Taken(len(text))
    found = [each for each in _identifiers(text, folded) if taken.claim(each.start, each.end)]
    found += [
        Found(match.start(), match.end(), _number_forms(word) if word.isdigit() else (word,))
        for match in _WORD.finditer(folded)
        if taken.free(*match.span()) and (word := _word(match.group()))
    ]
    return sorted(found, key=lambda each: each.start)


def forms_of(text: str) -> set[str]:
    """Everything ``text`` is found by."""
    return {form for found in read(text) for form in found.forms}


def forms_of_name(name: str) -> set[str]:
    """As ``forms_of``, and the beginnings of each word: a name is found while it is being typed."""
    words = forms_of(name)
    return words | {word[:length] for word in words if word.isalpha() for length in PREFIXES if len(word) > length}


def terms(query: str) -> list[str]:
    """What somebody looks for, each once, in the order typed; empty when it is nothing but stop words."""
    return list(dict.fromkeys(found.forms[0] for found in read(INVISIBLE.sub("", query))))


@lru_cache(maxsize=65_536)
def token(form: str) -> int:
    """64 bits (signed) of a keyed digest: the index holds no word, and none can be guessed without INDEX_KEY."""
    digest = hmac.digest(settings.INDEX_KEY.encode(), f"search\0{form}".encode(), "sha256")
    return int.from_bytes(digest[:8], "big", signed=True)


def tokens(forms: Iterable[str]) -> set[int]:
    """The digests of ``forms``."""
    return {token(form) for form in forms}


def _identifiers(text: str, folded: str) -> Iterator[Found]:
    """The surest spelling first: it takes its characters before a vaguer one can."""
    for match in _UUID.finditer(folded):
        yield Found(*match.span(), (match.group().replace("-", ""),))
    for match in _CASE.finditer(folded):
        yield Found(*match.span(), _number_forms(match[1] + match[2]))
    for reference in find_references(text):
        if reference.marked:
            yield Found(reference.start, reference.end, _number_forms(reference.value.removeprefix("EFB.").lower()))
    for identifier in find_operator_ids(text):
        if identifier.kind != "digits":
            yield _joined(folded, identifier.start, identifier.end)
    for phone in find_phones(text):
        yield Found(phone.start, phone.end, _phone_forms(phone.number))
    for match in _DIGIT_GROUPS.finditer(folded):
        yield Found(*match.span(), _number_forms("".join(_WORD.findall(match.group()))))


def _joined(folded: str, start: int, end: int) -> Found:
    """Pieces of one identifier: found whole, by each piece, and by its last digits."""
    pieces = _WORD.findall(folded[start:end])
    whole = "".join(pieces)
    return Found(start, end, tuple(dict.fromkeys((*_number_forms(whole), *(p for p in pieces if len(p) >= 3)))))


def _number_forms(number: str) -> tuple[str, ...]:
    tail = number[-LAST_DIGITS:]
    return (number, tail) if len(number) > LAST_DIGITS + 2 and tail.isdigit() else (number,)


def _phone_forms(number: str) -> tuple[str, ...]:
    """National form, then the last eight and the last four digits."""
    digits = number.removeprefix("+225").removeprefix("+")
    return tuple(dict.fromkeys((digits, digits[-OLD_NUMBER:], digits[-LAST_DIGITS:])))


def _word(word: str) -> str:
    """The word as it is indexed, its plural's ending cut; empty for one that nobody looks for."""
    if word in _stop_words() or len(word) < SHORTEST:
        return ""
    return (word[:-1] if len(word) >= 4 and word[-1] in "sx" and word.isalpha() else word)[:LONGEST]


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(_STOP.read_text(encoding="utf-8").split())
