"""Nothing the assistant learns from was taken from an exam: no whole message, and no five words in a row.

Compared as written and as normalised, accents, case and signs aside. Of the lexicon the rows count that were written
for this project, in what they are about (their form): the others are quoted from published lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chatbot.brand import load
from chatbot.corrections import CORRECTIONS
from chatbot.forms.text import fold
from chatbot.normalise import Normaliser
from chatbot.tables import INTENTS
from tests.eval.score import read

FOLDER = Path(__file__).resolve().parents[1] / "eval"
BRAND = load("easytransfert")
NORMALISER = Normaliser(BRAND)
WORDS = 5
Words = tuple[str, ...]


def words(text: str) -> Words:
    return tuple(re.findall(r"[a-z0-9]+", fold(text)))


def forms(text: str) -> Iterator[Words]:
    yield words(text)
    yield words(NORMALISER.normalise(text).text)


def shingles(form: Words) -> set[Words]:
    return {form[i : i + WORDS] for i in range(len(form) - WORDS + 1)}


@dataclass
class Seen:
    """Everything the exams say: whole texts, and five words in a row."""

    wholes: set[Words] = field(default_factory=set)
    shingles: set[Words] = field(default_factory=set)

    def add(self, texts: Iterable[str]) -> None:
        for text in texts:
            for form in filter(None, forms(text)):
                self.wholes.add(form)
                self.shingles |= shingles(form)

    def holds(self, text: str) -> bool:
        return any(form in self.wholes or shingles(form) & self.shingles for form in forms(text))


def exams() -> list[Path]:
    """Every file of messages: the development ones and any unseen exam beside them."""
    return [file for file in sorted(FOLDER.glob("*.jsonl")) if "turns" not in read(file)[0]]


def texts(message: dict[str, Any]) -> Iterator[str]:
    yield message["text"]
    yield message.get("normalised") or ""


@pytest.fixture(scope="module")
def seen() -> Seen:
    seen = Seen()
    for file in exams():
        for message in read(file):
            seen.add(texts(message))
    return seen


def test_the_exams_are_found(seen: Seen) -> None:
    assert FOLDER / "messages.jsonl" in exams()
    assert FOLDER / "dialogues.jsonl" not in exams()
    assert len(seen.wholes) > 1000


@pytest.mark.parametrize("file", [INTENTS, CORRECTIONS])
def test_no_example_was_taken_from_an_exam(seen: Seen, file: str) -> None:
    assert [e.place for e in BRAND.examples if e.file == file and seen.holds(e.text)] == []


def test_no_example_asks_and_answers_as_an_exam_does(seen: Seen) -> None:
    """The question of an example may be the bot's own wording; its answer together with it may not be an exam's."""
    pairs = {
        (words(turn["text"]), words(message["text"]))
        for file in exams()
        for message in read(file)
        for turn in (message.get("context") or [])[-1:]
        if words(turn["text"])
    }
    assert [e.place for e in BRAND.examples if words(e.text) and (words(e.asked), words(e.text)) in pairs] == []


def test_no_lexicon_row_of_our_own_was_taken_from_an_exam(seen: Seen) -> None:
    """Forms of five words or more: shorter ones are the language's words, whoever writes them."""
    own = [row for row in BRAND.lexicon if row.source == "own" or row.file == CORRECTIONS]
    assert [row.place for row in own if shingles(words(row.form)) & seen.shingles] == []


@pytest.mark.parametrize(
    "copied",
    [
        "mon argent n'est toujours pas arrivé hein",
        "MON ARGENT N'EST TOUJOURS PAS ARRIVE HEIN!!",
        "bonjour, mon argent n est toujours pas là",
    ],
    ids=["a whole message", "in capitals", "five words of it"],
)
def test_a_copy_would_be_seen(copied: str) -> None:
    seen = Seen()
    seen.add(["mon argent n'est toujours pas arrivé hein"])
    assert seen.holds(copied)
    assert not seen.holds("mon argent est arrivé")
