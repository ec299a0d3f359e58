"""Turns a message into the names of its features: character n-grams, words, kinds of entities, the question asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from chatbot.brand import BrandError
from chatbot.forms.text import fold
from chatbot.types import Entity

VERSION = 3
_LENGTHS = (3, 4, 5)
# Entities are replaced by their kind, so that no number or operator's name is learnt by heart.
_MARKS = {
    "easytransfert_id": "xref",
    "operator_tx_id": "xid",
    "other_ref": "xid",
    "msisdn": "xphone",
    "secret": "xsecret",
    "amount_fcfa": "xamount",
    "cotisation_code": "xpot",
    "from_operator": "xop",
    "to_operator": "xop",
    "refund_to_operator": "xop",
}
# Upper ends of the message lengths, in plain words, that are told apart.
_SIZES = (0, 1, 3, 7, 15)


def masked(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """The text with each span replaced by the mark of its entity type."""
    out: list[str] = []
    position = 0
    for start, end, kind in sorted(spans):
        if start < position:
            continue
        out += (text[position:start], f" {_MARKS[kind]} ")
        position = end
    return "".join((*out, text[position:]))


def marks(kind: str) -> bool:
    """True when entities of this kind are masked in the text."""
    return kind in _MARKS


class Concepts:
    """The brand's concepts: which of them a text speaks of."""

    def __init__(self, table: Mapping[str, object]) -> None:
        concepts = table.get("concepts", {})
        if not isinstance(concepts, dict):
            raise BrandError("concepts.toml: field 'concepts': a table expected")
        try:
            self._patterns = [(str(name), re.compile(str(pattern))) for name, pattern in concepts.items()]
        except re.error as error:
            raise BrandError(f"concepts.toml: {error}") from error

    def of(self, folded: str) -> list[str]:
        """Names of the concepts found, in the order of the file."""
        return [name for name, pattern in self._patterns if pattern.search(folded)]


def features(text: str, asked: Sequence[str], entities: Sequence[Entity], concepts: Sequence[str]) -> list[str]:
    """Feature names of a message, with repeats; ``text`` is normalised and masked."""
    words = "".join(map(_letter, fold(text))).split()
    return [
        *_characters(words),
        *_words(words),
        *_asked(asked, words),
        *_kinds(entities, words),
        *_concepts(concepts, asked),
    ]


def _concepts(concepts: Sequence[str], asked: Sequence[str]) -> Iterator[str]:
    for index, concept in enumerate(concepts):
        # Twice: a concept weighs more than any one word that made it.
        yield f"c={concept}"
        yield f"c={concept}"
        for other in concepts[index + 1 :]:
            yield f"cc={concept}&{other}"
        for slot in asked or ("nothing",):
            yield f"ca={slot}&{concept}"
    if not concepts:
        yield "c=none"


def _letter(char: str) -> str:
    """Letters as they are, every emoji and '?' or '!' a word of its own, skin tones and joiners gone."""
    if char.isalnum():
        return char
    if char in "?!":
        return f" {char} "
    code = ord(char)
    if 0x1F3FB <= code <= 0x1F3FF or char in "\u200d\ufe0f\u20e3":
        return ""
    return f" {char} " if code >= 0x2190 else " "


def _characters(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        padded = f" {word} "
        for length in _LENGTHS:
            for start in range(max(1, len(padded) - length + 1)):
                yield padded[start : start + length]


def _words(words: Sequence[str]) -> Iterator[str]:
    for index, word in enumerate(words):
        yield "w=" + word
        if index:
            yield f"b={words[index - 1]}_{word}"
        if index > 1:
            yield f"t={words[index - 2]}_{words[index - 1]}_{word}"
    if words:
        yield "first=" + words[0]
        yield "last=" + words[-1]


def _asked(asked: Sequence[str], words: Sequence[str]) -> Iterator[str]:
    for slot in asked or ("nothing",):
        yield "asked=" + slot
        if len(words) <= 4:
            for word in words:
                yield f"asked={slot}&{word}"


def _kinds(entities: Sequence[Entity], words: Sequence[str]) -> Iterator[str]:
    kinds = sorted({e.type for e in entities})
    for kind in kinds:
        yield "has=" + kind
    plain = sum(1 for w in words if not w.startswith("x"))
    yield f"length={sum(plain > size for size in _SIZES)}"
    if kinds and plain <= 3:
        yield "mostly-entities"
