"""``chat`` talks in a terminal; ``replay`` writes a whole log, or nothing and one clear line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

GOOD = {"id": "a", "channel": "web", "turns": [{"at": 0, "user": "frais pour 100000"}]}


def test_replay_writes_one_line_per_turn(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps(GOOD), encoding="utf-8")
    call_command("replay", str(source), out=out)
    (line,) = [json.loads(row) for row in out.read_text(encoding="utf-8").splitlines()]
    assert (line["dialogue"], line["turn"], line["silent"]) == ("a", 0, False)
    assert "500" in line["reply"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"id": 1}', "in.jsonl: line 1: field 'channel'"),
        (b"\xff", "in.jsonl: not UTF-8"),
        (json.dumps(GOOD).encode() + b"\n[]", "in.jsonl: line 2: field 'dialogue'"),
    ],
)
def test_a_bad_file_is_one_line_exit_two_and_no_log(content: bytes, says: str, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        call_command("replay", str(source), out=out)
    assert refused.value.returncode == 2
    assert str(refused.value).startswith(says)
    assert "\n" not in str(refused.value)
    assert not out.exists()


@pytest.mark.parametrize("missing", ["source", "folder"])
def test_a_file_that_is_not_there_is_said_so(missing: str, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "nowhere" / "out.jsonl"
    if missing == "folder":
        source.write_text(json.dumps(GOOD), encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        call_command("replay", str(source), out=out)
    assert refused.value.returncode == 2
    assert ("in" if missing == "source" else "out") + ".jsonl: " in str(refused.value)


def test_simulated_customers_leave_a_line_each_and_a_table(tmp_path: Path) -> None:
    out, shown = tmp_path / "customers.jsonl", io.StringIO()
    call_command("replay", "--simulate", "4", "--seed", "5", "--report", "--out", str(out), stdout=shown)
    lines = [json.loads(row) for row in out.read_text(encoding="utf-8").splitlines()]
    assert [line["conversation"] for line in lines] == ["5/0", "5/1", "5/2", "5/3"]
    assert "4 conversations" in shown.getvalue()
    assert "claim right" in shown.getvalue()


def test_without_a_place_for_the_lines_the_table_is_shown() -> None:
    shown = io.StringIO()
    call_command("replay", "--simulate", "2", stdout=shown)
    assert "2 conversations" in shown.getvalue()


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["--simulate", "0"],
        ["--simulate", "-3"],
        ["--simulate", "ten"],
        ["--simulate", "1", "--seed", "x"],
        ["dialogues.jsonl", "--simulate", "1"],
        ["dialogues.jsonl", "--seed", "1"],
        ["dialogues.jsonl", "--report"],
        ["--simulate", "1", "--out", "/nowhere/at/all.jsonl"],
    ],
)
def test_simulating_refuses_what_it_cannot_do_in_one_line(wrong: list[str]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("replay", *wrong)
    assert "\n" not in str(refused.value)


def test_chat_answers_each_line(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = io.StringIO("bonjour\nfrais pour 100000\nmon code secret cest 8264\n")
    monkeypatch.setattr("sys.stdin", typed)
    out = io.StringIO()
    call_command("chat", stdout=out)
    shown = out.getvalue()
    assert "Bonjour" in shown
    assert "500\u00a0FCFA" in shown
    assert "N'envoyez jamais votre code secret" in shown
