"""What a conversation remembers survives its JSON form; a damaged one is refused by name."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from chatbot.dialogue.state import Case, Handoff, Pending, Said, State, StateError, Topic, from_json, to_json
from chatbot.types import Slot

NOW = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
FULL = State(
    cases=(
        Case("refund", NOW, {"amount_fcfa": Slot(5000, "m1", NOW), "to_operator": Slot("Wave", "m2", NOW, "doubtful")},
             {"from_operator": 2}, "filed", "AK-1", NOW, 2, 1),
    ),
    focus=0,
    loose={"amount_fcfa": Slot(7500, "m0", NOW)},
    pending=Pending("which_value", 0, "easytransfert_id", {"easytransfert_id": Slot("EFB.1", "m3", NOW)}, ("a",)),
    said=Said(("ask.x",), ("x",), ("y",), ("z",), "received", "Bonjour {x}"),
    topic=Topic("fees", {"amount_fcfa": 10}, NOW),
    handoffs=(Handoff("anger", NOW, "AK-1"),),
    greeted_at=NOW,
    seen_at=NOW,
    unclear=1,
)  # fmt: skip


@pytest.mark.parametrize("state", [State(), FULL], ids=["new", "full"])
def test_it_comes_back_from_json_as_it_was(state: State) -> None:
    assert from_json(json.loads(json.dumps(to_json(state)))) == state


def test_nothing_is_a_new_conversation() -> None:
    assert from_json({}) == State()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"version": 99}, "version 99"),
        ({"cases": "none"}, "cases"),
        ({"focus": 3}, "no case 3"),
        ({"pending": {"kind": "which_value", "case": 8}}, "no case 8"),
        ({"pending": {"kind": "riddle", "case": 0}}, "pending.kind"),
        ({"loose": {"amount_fcfa": {"value": 1}}}, "loose.amount_fcfa"),
        ({"greeted_at": "yesterday"}, "greeted_at"),
    ],
)
def test_a_damaged_state_is_refused_by_name(change: dict[str, object], says: str) -> None:
    with pytest.raises(StateError, match=says):
        from_json({**to_json(State()), **change})
