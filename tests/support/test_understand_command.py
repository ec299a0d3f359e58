"""``manage.py understand``: a line in, a line out; bad input is refused with its place and leaves nothing behind."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from chatbot import brand
from chatbot.corrections import Correction, as_line
from support.understanding import read_requests

ROOT = Path(__file__).resolve().parents[2]


def understand(*arguments: str, typed: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "manage.py", "understand", *arguments],
        cwd=ROOT, env={**os.environ}, input=typed, capture_output=True, check=False,
    )  # fmt: skip


def line(**fields: object) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def test_it_answers_each_line_in_order() -> None:
    asked = [{"role": "bot", "text": "Depuis quel opérateur avez-vous envoyé ?"}]
    done = understand(typed=line(id="a", text="mon pin 4815") + b"\n" + line(id="b", text="wave", context=asked))
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["id"], first["normalised"]) == ("a", "mon code PIN ****")
    assert second["entities"] == [{"type": "from_operator", "value": "Wave", "span": [0, 4]}]
    assert set(second) == {"id", "normalised", "intent", "confidence", "sentiment", "needs_human", "entities"}
    assert done.returncode == 0


def test_it_explains_itself_when_asked() -> None:
    done = understand("--explain", typed=line(id="a", text="bande de voleurs"))
    assert json.loads(done.stdout)["why"]["sentiment"] == "accused of theft"


def why(text: str, *asked: str) -> dict[str, Any]:
    context = [{"role": "bot", "text": question} for question in asked]
    done = understand("--explain", typed=line(id="a", text=text, context=context))
    return dict(json.loads(done.stdout)["why"])


def test_it_names_the_lexicon_row_behind_a_changed_word() -> None:
    [change] = why("slt monsieur")["words"]
    lines = (ROOT / "chatbot/brands/easytransfert/lexicon.tsv").read_text(encoding="utf-8").splitlines()
    [row] = change["rows"]
    assert (change["span"], change["written"], change["became"]) == ([0, 3], "slt", "salut")
    assert lines[int(row["row"].removeprefix("lexicon.tsv: line ")) - 1].split("\t")[:2] == ["slt", "salut"]


def test_it_names_the_recogniser_behind_each_fact_and_shows_no_secret() -> None:
    reasons = why("j'ai envoyé 50k au 0700112233, mon pin 4815")
    assert [(e["type"], e["recogniser"], e["written"]) for e in reasons["entities"]] == [
        ("amount_fcfa", "amounts", "50k"),
        ("msisdn", "identifiers", "0700112233"),
        ("secret", "secrets", "****"),
    ]
    assert "4815" not in json.dumps(reasons)


def test_it_names_the_features_or_the_rule_behind_an_intent() -> None:
    learnt, ruled = why("mon argent n'est jamais arrivé"), why("👍", "Confirmez-vous la référence ?")
    assert learnt["intent"] == "model"
    assert learnt["features"]
    assert ruled["intent"] == "thumb up to a question"
    assert (ruled["sentiment"], ruled["needs_human"]) == ("no rule", "no rule")
    assert "confirm" in ruled["asked"]


def test_it_names_the_rule_behind_the_call_for_a_person() -> None:
    assert why("bande de voleurs")["needs_human"] == "anger"


def test_it_tells_what_corrections_overruled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(brand, "BRANDS", tmp_path)
    (tmp_path / "corrected").mkdir()
    rows = (
        "greeting\tbonjour",
        "greeting\tsalut",
        "greeting\tbonsoir",
        "thanks\tmerci",
        "thanks\tun merci",
        "thanks\tmerci à toi",
    )
    (tmp_path / "corrected" / "intents.tsv").write_text("\n".join(rows) + "\nthanks\tcoucou\n", encoding="utf-8")
    correction = as_line(Correction("intent", "coucou", "greeting", "", "", "awa", "2025-07-31"))
    (tmp_path / "corrected" / "corrections.tsv").write_text(correction + "\n", encoding="utf-8")
    (tmp_path / "in.jsonl").write_bytes(line(id="a", text="coucou"))
    out = tmp_path / "out.jsonl"
    call_command(
        "understand", "--brand", "corrected", "--explain", "--in", str(tmp_path / "in.jsonl"), "--out", str(out)
    )
    why = json.loads(out.read_text(encoding="utf-8"))["why"]
    assert why["intent"] == "corrections.tsv: line 1"
    assert capsys.readouterr().err.splitlines() == [
        "corrections.tsv: line 1: 'coucou' now means 'greeting', no longer 'thanks' (intents.tsv: line 7)"
    ]


def test_a_line_is_answered_before_the_next_is_written() -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "understand", "--explain"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
    )  # fmt: skip
    with process:
        assert process.stdin and process.stdout
        for text in ("slt", "merci"):
            process.stdin.write(line(id=text, text=text))
            ready, _, _ = select.select([process.stdout], [], [], 120)
            assert ready, "nothing came back"
            assert json.loads(process.stdout.readline())["id"] == text
        process.stdin.close()
    assert process.returncode == 0


def test_requests_are_read_one_by_one() -> None:
    endless = read_requests(repeat(line(id="a", text="slt")), "endless")
    assert [next(endless).text for _ in range(3)] == ["slt"] * 3


def test_a_file_in_and_a_file_out(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(line(id="é", text="slt"))
    done = understand("--in", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl"))
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))["normalised"] == "salut"


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (b"{nonsense\n", "line 2: not JSON"),
        (b'"a string"\n', "line 2: an object is expected"),
        (line(id="x", text=5), "line 2: field 'text'"),
        (line(text="slt"), "line 2: field 'id'"),
        (line(id="x", text="slt", context="bonjour"), "line 2: field 'context'"),
        (line(id="x", text="slt", context=[{"role": "king", "text": "a"}]), "line 2: field 'context.role'"),
        (line(id="x", text="slt", context=[{"role": "bot"}]), "line 2: context: field 'text'"),
        (b'{"id": "x", "text": "\xff"}\n', "line 2: not UTF-8"),
        (line(id="x", text="a" * 100_001), "line 2: field 'text': 100001 characters"),
        (b'{"id": "x", "text": "\\ud800"}\n', "line 2: field 'text': half a surrogate pair"),
    ],
)
def test_bad_input_is_named_with_its_place_and_leaves_nothing(tmp_path: Path, bad: bytes, message: str) -> None:
    (tmp_path / "in.jsonl").write_bytes(line(id="a", text="slt") + bad)
    done = understand("--in", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl"))
    assert done.returncode == 2
    assert f"in.jsonl: {message}" in done.stderr.decode()
    assert len(done.stderr.strip().splitlines()) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["in.jsonl"]


@pytest.mark.parametrize("arguments", [("--in", "nowhere.jsonl"), ("--brand", "nobody")])
def test_what_does_not_exist_is_said_in_one_line(arguments: tuple[str, str]) -> None:
    done = understand(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
