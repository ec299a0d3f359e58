"""What was reached on the development dialogues stays reached: floors, to be raised, never lowered."""

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


@pytest.fixture(scope="module")
def result(mind: Mind) -> dict[str, Any]:
    scorer = _scorer()
    log = list(rehearse(mind, read_scripts(EVAL / "dialogues.jsonl")))
    scores, _ = scorer.score_dialogues(scorer.read(EVAL / "dialogues.jsonl"), log)
    return dict(scores)


def _scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", EVAL / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("measure", "floor"),
    [("dialogues_passed", 0.90), ("turns_passed", 0.95), ("claims_reached", 0.94), ("registered_ever", 0.88)],
)
def test_shares_do_not_fall(result: dict[str, Any], measure: str, floor: float) -> None:
    assert result[measure] >= floor


@pytest.mark.parametrize(
    ("measure", "ceiling"),
    [
        ("reasks", 5),
        ("reconfirms", 0),
        ("format_rejections", 0),
        ("silent_violations", 0),
        ("missing_lines", 0),
    ],
)
def test_faults_do_not_rise(result: dict[str, Any], measure: str, ceiling: int) -> None:
    assert result[measure] <= ceiling


def test_a_person_is_called_when_and_only_when_one_is_due(result: dict[str, Any]) -> None:
    assert result["handoff"]["r"] >= 0.95
    assert result["handoff"]["p"] >= 0.90
    assert result["handoff_reason_accuracy"] >= 0.95


def test_a_claim_takes_no_more_messages_than_it_needs(result: dict[str, Any]) -> None:
    assert result["turns_to_claim"] <= result["turns_to_claim_expected"] + 0.2


@pytest.mark.parametrize(
    "check", ["number", "status", "silent", "burst_silence", "language", "clarify", "must_not_say"]
)
def test_figures_statuses_and_silences_are_right_everywhere(result: dict[str, Any], check: str) -> None:
    assert result["checks"][check]["ok"] == 1.0
