"""The commands of training refuse with status 2 and one line, and leave nothing. None of this loads torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.training import transcripts, write

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: object, **options: object) -> str:
    out = StringIO()
    call_command(*map(str, arguments), **options, stdout=out)
    return out.getvalue()


def refused(*arguments: object) -> str:
    with pytest.raises(CommandError) as error:
        run(*arguments)
    assert error.value.returncode == 2
    return str(error.value)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    run("dataset", "build", write(tmp_path / "source.jsonl", transcripts(60)), "--out", tmp_path / "data")
    return tmp_path / "data"


def test_a_data_set_is_built_told_and_proved(built: Path) -> None:
    told = json.loads((built / "statistics.json").read_text())
    train = told["splits"]["train"]["examples"]
    assert run("dataset", "check", built).startswith(f"train: {train}, validation: ")
    assert f"| examples | {train} |" in (built / "statistics.md").read_text()
    assert {path.name for path in built.iterdir()} == {
        *(f"{name}.jsonl" for name in ("train", "validation", "test")), "statistics.json", "statistics.md",
    }  # fmt: skip


def test_bad_transcripts_end_with_status_2_and_one_line(tmp_path: Path) -> None:
    source = write(tmp_path / "source.jsonl", [*transcripts(2), {"conversation": "07 00 45 12 89", "turns": 3}])
    done = subprocess.run(
        [sys.executable, "manage.py", "dataset", "build", str(source), "--out", str(tmp_path / "data")],
        cwd=ROOT, env={**os.environ}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "CommandError: source.jsonl:3: field 'turns': a list is expected\n"
    assert list(tmp_path.iterdir()) == [source]


def test_a_leak_is_refused_and_not_trained_on(built: Path, tmp_path: Path) -> None:
    (built / "test.jsonl").write_bytes((built / "train.jsonl").read_bytes())
    told = "test.jsonl: changed since it was built (statistics.json holds another digest)"
    assert refused("dataset", "check", built) == told
    assert refused("finetune", "--data", built, "--model", tmp_path, "--out", tmp_path / "made") == told
    assert not (tmp_path / "made").exists()


def test_a_model_a_recipe_or_a_split_that_is_not_there_is_named(built: Path, tmp_path: Path) -> None:
    train = ("finetune", "--data", built, "--out", tmp_path / "made", "--model", tmp_path)
    assert refused(*train) == f"{tmp_path.name}: no config.json: not a model's folder"
    assert refused(*train, "--recipe", "nobody") == "nobody: no such recipe; there are llama32-3b, tiny"
    assert "not readable" in refused("evaluate_model", "--model", tmp_path, "--data", tmp_path / "none.jsonl")
    asked = (
        "evaluate_model",
        "--model",
        tmp_path,
        "--data",
        built / "test.jsonl",
        "--adapter",
        "akwaba@0123456789abcdef",
    )
    assert refused(*asked) == "akwaba@0123456789abcdef: no such adapter"


def test_a_registry_is_driven_by_its_command(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    assert run("adapters", "list") == "no adapter is registered\n"
    assert "none" in refused("adapters", "rollback")
    assert refused("adapters", "promote", "akwaba") == "akwaba: name@sha is expected"
    (tmp_path / "report.json").write_text("[]")
    told = refused("adapters", "register", tmp_path, "--name", "akwaba", "--report", tmp_path / "report.json")
    assert told == "report.json: not a report"
    (tmp_path / "report.json").write_text("{}")
    told = refused("adapters", "register", tmp_path, "--name", "akwaba", "--report", tmp_path / "report.json")
    assert told == f"{tmp_path.name}: no adapter_model.safetensors"
    assert run("adapters", "verify") == "0 adapters, all intact\n"
