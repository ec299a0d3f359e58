"""The development messages, scored: nothing learnt from them, and never worse than we were.

The same figures as ``make bench ONLY=understand``; its bars are what to reach, these floors are what was reached.
"""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.understand.override import RULED
from support.bench.understanding.bars import BARS
from support.bench.understanding.exam import answers, exams, request, scorer
from support.bench.understanding.measures import measure
from support.understanding import Reader
from tests.environment import VAR_DIR

FLOORS = {
    "intents strict": 0.93,
    "intents lenient": 0.95,
    "intents macro F1": 0.93,
    "mood accuracy": 0.98,
    "needs_human F1": 0.98,
    "all entities micro F1": 0.985,
    "references and operator ids F1": 1.0,
    "normalised token F1": 0.95,
}
CEILINGS = {
    "standard French sentences changed": 0,
    "protected tokens damaged": 0,
    "phones taken for ids": 0,
    "calibration error, strict": 0.03,
    "calibration error, lenient": 0.04,
}
CERTAIN = ("easytransfert_id", "operator_tx_id", "msisdn", "cotisation_code", "secret")
GOLD = exams()[0].gold
Figures = dict[str, float]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader("easytransfert", VAR_DIR / "models")


@pytest.fixture(scope="module")
def predicted(reader: Reader) -> list[dict[str, object]]:
    return [dict(answer) for answer in answers(reader.answer, GOLD)]


@pytest.fixture(scope="module")
def figures(reader: Reader, predicted: list[dict[str, object]]) -> Figures:
    return measure(GOLD, predicted, reader.standard_french)


@pytest.mark.parametrize("name", FLOORS)
def test_it_stays_above_the_floor(figures: Figures, name: str) -> None:
    assert figures[name] >= FLOORS[name]


@pytest.mark.parametrize("name", CEILINGS)
def test_it_stays_below_the_ceiling(figures: Figures, name: str) -> None:
    assert figures[name] <= CEILINGS[name]


def test_every_bar_has_its_floor() -> None:
    assert {bar.measure for bar in BARS} == {*FLOORS, *CEILINGS}


@pytest.mark.parametrize("kind", CERTAIN)
def test_references_ids_phones_and_secrets_are_all_but_certain(predicted: list[dict[str, object]], kind: str) -> None:
    scores, _ = scorer().score_messages(GOLD, predicted)
    assert scores["entities"][kind]["f1"] >= 0.98


def test_what_rules_decide_is_right_as_often_as_they_say(reader: Reader) -> None:
    """Their confidence is written, not learnt: on the development messages it holds within five points."""
    ruled = []
    for message in GOLD:
        why: Any = reader.answer(request(message), explain=True)
        if why["why"]["intent"] != "model":
            ruled.append(why["intent"] == message["intent"])
    assert len(ruled) > 100
    assert abs(sum(ruled) / len(ruled) - RULED) <= 0.05
