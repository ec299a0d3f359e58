"""What was reached on scripted dialogues stays reached: floors, to be raised, never lowered.

``dialogues.jsonl`` and ``open_dialogues.jsonl`` were developed against; ``blind_dialogues.jsonl`` was not read while
the rules were written.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from chatbot.rehearsal import rehearse
from chatbot.scripts import read_scripts
from chatbot.turn import Mind

EVAL = Path(__file__).resolve().parent.parent / "eval"
PASSED = {"dialogues": 1.0, "open_dialogues": 0.98, "blind_dialogues": 0.88}
REASKS = {"dialogues": 0, "open_dialogues": 0, "blind_dialogues": 5}
Results = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def results(mind: Mind) -> Results:
    return {name: _score(mind, EVAL / f"{name}.jsonl") for name in PASSED}


def _score(mind: Mind, file: Path) -> dict[str, Any]:
    scorer = _scorer()
    scores, _ = scorer.score_dialogues(scorer.read(file), list(rehearse(mind, read_scripts(file))))
    return dict(scores)


def _scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", EVAL / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", PASSED)
def test_dialogues_passed_do_not_fall(results: Results, name: str) -> None:
    assert results[name]["dialogues_passed"] >= PASSED[name]


@pytest.mark.parametrize("name", REASKS)
def test_known_facts_are_not_asked_again(results: Results, name: str) -> None:
    assert results[name]["reasks"] <= REASKS[name]


@pytest.mark.parametrize("name", PASSED)
@pytest.mark.parametrize("fault", ["reconfirms", "format_rejections", "silent_violations", "missing_lines"])
def test_faults_do_not_rise(results: Results, name: str, fault: str) -> None:
    assert results[name][fault] == 0


@pytest.mark.parametrize("name", PASSED)
def test_a_person_is_called_when_and_only_when_one_is_due(results: Results, name: str) -> None:
    assert results[name]["handoff"]["r"] >= 0.92
    assert results[name]["handoff"]["p"] >= 0.95
    assert results[name]["handoff_reason_accuracy"] >= 0.95
