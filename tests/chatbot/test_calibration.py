"""A confidence is the share of times it is right, also on examples the model never saw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.brand import load
from chatbot.normalise import Normaliser
from chatbot.understand import Understander
from chatbot.understand.model import IntentModel
from chatbot.understand.training import train
from support.bench.understanding.calibration import calibration_error

SCORES = st.lists(st.floats(-50, 50), min_size=2, max_size=26)


def probabilities(scores: list[float], slope: float, offset: float) -> list[float]:
    """Of a model with no features: its bias is all it says."""
    labels, none = tuple(map(str, range(len(scores)))), np.zeros((0, len(scores)), dtype=np.float32)
    bias = np.array(scores, dtype=np.float32)
    model = IntentModel(labels, {}, none, bias, np.zeros(0, dtype=np.float32), 1.0, slope, offset)
    return [float(p) for p in model.probabilities([])]


@given(SCORES, st.floats(0, 3), st.floats(-3, 3))
def test_the_correction_keeps_the_order_and_the_sum(scores: list[float], slope: float, offset: float) -> None:
    plain, corrected = probabilities(scores, 1.0, 0.0), probabilities(scores, slope, offset)
    assert sum(corrected) == pytest.approx(1, abs=1e-3)
    assert corrected[int(np.argmax(plain))] == pytest.approx(max(corrected), abs=1e-3)


def test_the_correction_moves_the_best_and_shares_the_rest() -> None:
    best, second, third = probabilities([2.0, 0.0, 0.0], 0.5, 0.0)
    plain = probabilities([2.0, 0.0, 0.0], 1.0, 0.0)[0]
    assert best == pytest.approx(1 / (1 + ((1 - plain) / plain) ** 0.5), abs=1e-4)
    assert second == pytest.approx(third)


def test_confidence_holds_on_examples_it_never_saw(tmp_path: Path) -> None:
    brand = load("easytransfert")
    understander = Understander(brand, tmp_path, Normaliser(brand).normalise)
    read = [(understander._read_example(e.text, e.asked), e.intent) for e in brand.examples]
    learn, check = read[::2], read[1::2]
    model = train([names for names, _ in learn], [intent for _, intent in learn], len(learn))
    told = [model.probabilities(names) for names, _ in check]
    right = [model.labels[int(p.argmax())] == intent for p, (_, intent) in zip(told, check, strict=True)]
    assert calibration_error([float(p.max()) for p in told], right) <= 0.05
