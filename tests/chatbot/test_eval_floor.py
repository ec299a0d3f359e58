"""The development messages, scored: nothing learnt from them, and never worse than we were."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from chatbot.brand import load
from chatbot.forms.text import fold
from chatbot.normalise import Normaliser
from support.understanding import Reader, Request
from tests.environment import VAR_DIR
from tests.eval.score import read, score_messages

EVAL = Path(__file__).resolve().parents[1] / "eval" / "messages.jsonl"
BRAND = load("easytransfert")
NORMALISER = Normaliser(BRAND)

FLOORS = {
    ("intent", "strict"): 0.92,
    ("intent", "lenient"): 0.93,
    ("intent", "macro_f1"): 0.92,
    ("sentiment", "accuracy"): 0.95,
    ("needs_human", "f1"): 0.92,
    ("entities_micro", "f1"): 0.965,
    ("normalised", "token_f1"): 0.925,
    ("normalised", "ids_kept"): 1.0,
}


@pytest.fixture(scope="module")
def scores() -> dict[str, dict[str, float]]:
    reader = Reader("easytransfert", VAR_DIR / "models")
    gold = read(EVAL)
    predicted = [
        reader.answer(Request(m["id"], m["text"], tuple(t["text"] for t in m.get("context", []) if t["role"] == "bot")))
        for m in gold
    ]
    result, _ = score_messages(gold, json.loads(json.dumps(predicted)))
    return result


@pytest.mark.parametrize(("part", "measure"), FLOORS)
def test_it_stays_above_the_floor(scores: dict[str, dict[str, float]], part: str, measure: str) -> None:
    assert scores[part][measure] >= FLOORS[part, measure]


@pytest.mark.parametrize("kind", ["easytransfert_id", "operator_tx_id", "msisdn", "secret"])
def test_references_ids_phones_and_secrets_are_all_but_certain(
    scores: dict[str, dict[str, dict[str, float]]], kind: str
) -> None:
    assert scores["entities"][kind]["f1"] >= 0.98


def words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z0-9]+", fold(text)))


def test_no_example_was_taken_from_the_development_messages() -> None:
    """Neither a whole message nor five words in a row, as written or normalised."""

    wholes: set[tuple[str, ...]] = set()
    shingles: set[tuple[str, ...]] = set()
    for message in read(EVAL):
        for text in (message["text"], message.get("normalised") or ""):
            for form in (words(text), words(NORMALISER.normalise(text).text)):
                wholes.add(form)
                shingles |= {form[i : i + 5] for i in range(len(form) - 4)}
    wholes.discard(())
    for example in BRAND.examples:
        for form in (words(example.text), words(NORMALISER.normalise(example.text).text)):
            assert form not in wholes, example.text
            assert not any(form[i : i + 5] in shingles for i in range(len(form) - 4)), example.text
