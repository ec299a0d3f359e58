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


def test_chat_answers_each_line(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = io.StringIO("bonjour\nfrais pour 100000\nmon code secret cest 8264\n")
    monkeypatch.setattr("sys.stdin", typed)
    out = io.StringIO()
    call_command("chat", stdout=out)
    shown = out.getvalue()
    assert "Bonjour" in shown
    assert "500\u00a0FCFA" in shown
    assert "N'envoyez jamais votre code secret" in shown
