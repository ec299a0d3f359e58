"""A scripted dialogue that cannot be run is refused with its file, line and field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chatbot.rehearsal import rehearse
from chatbot.scripts import ScriptError, read_scripts
from chatbot.turn import Mind

GOOD = {"id": "a", "channel": "web", "turns": [{"at": 0, "user": "bonjour"}]}


def script(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "dialogues.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{", "line 1: not JSON"),
        ([], "field 'dialogue'"),
        (GOOD | {"channel": "sms"}, "field 'channel'"),
        (GOOD | {"id": 3}, "field 'id'"),
        (GOOD | {"turns": []}, "field 'turns'"),
        (GOOD | {"turns": [{"user": "x"}]}, r"turns\[0\].at"),
        (GOOD | {"turns": [{"at": 0}]}, "exactly one of"),
        (GOOD | {"turns": [{"at": 0, "user": "x", "agent": "y"}]}, "exactly one of"),
        (GOOD | {"turns": [{"at": 5, "user": "x"}, {"at": 1, "user": "y"}]}, r"turns\[1\].at"),
        (GOOD | {"turns": [{"at": 0, "user": {"unsupported": "hologram"}}]}, "user.unsupported"),
        (GOOD | {"turns": [{"at": 0, "user": {"image_slots": {"amount_fcfa": []}}}]}, "image_slots.amount_fcfa"),
        (GOOD | {"turns": [{"at": 0, "user": {}}]}, "turns\\[0\\].user"),
        (GOOD | {"turns": [{"at": 0, "backoffice": {"claim": 0, "status": "received"}}]}, "backoffice.claim"),
        (GOOD | {"turns": [{"at": 0, "backoffice": {"claim": 1, "status": "lost"}}]}, "backoffice.status"),
        (GOOD | {"turns": [{"at": 0, "agent_event": "leave"}]}, "agent_event"),
        (GOOD | {"turns": [{"at": 0, "system": {"on_duty": "no"}}]}, "on_duty"),
    ],
)
def test_it_names_file_line_and_field(row: object, says: str, tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=says) as refused:
        read_scripts(script(tmp_path, row))
    assert str(refused.value).startswith("dialogues.jsonl")
    assert "\n" not in str(refused.value)


def test_the_line_is_counted_with_blank_ones(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="line 3"):
        read_scripts(script(tmp_path, GOOD, "", "{"))


def test_two_dialogues_may_not_share_an_id(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="stands twice"):
        read_scripts(script(tmp_path, GOOD, GOOD))


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dialogues.jsonl"
    path.write_bytes("é".encode("latin-1"))
    with pytest.raises(ScriptError, match="not UTF-8"):
        read_scripts(path)


def test_each_turn_of_a_script_has_its_log_line_and_a_rerun_gives_the_same(tmp_path: Path, mind: Mind) -> None:
    turns = [
        {"at": 0, "user": "bonjour"},
        {"at": 1, "user": "transfert wave vers orange pas reçu"},
        {"at": 60, "user": {"image_slots": {"easytransfert_id": "EFB.12345678"}}},
        {"at": 90, "user": {"image_slots": None, "caption": ""}},
        {"at": 120, "agent_event": "take_over"},
        {"at": 130, "user": "allo"},
    ]
    scripts = read_scripts(script(tmp_path, GOOD | {"turns": turns}))
    lines = list(rehearse(mind, scripts))
    assert [line["turn"] for line in lines] == list(range(6))
    assert [line["silent"] for line in lines] == [True, False, False, False, True, True]
    assert lines[2]["asks"] == ["operator_tx_id"]
    assert list(rehearse(mind, scripts)) == lines
