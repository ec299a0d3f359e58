"""Adapters never change once registered; which one serves is a pointer that moves forth and back."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from chatbot.training.digests import of_file
from chatbot.training.identity import of_base
from chatbot.training.registry import METRICS, Registry, RegistryError

ROOT = Path(__file__).resolve().parents[2]
BASE = {"name": "tiny", "sha256": "b" * 64}


def made(folder: Path, weights: bytes = b"weights", **run: object) -> Path:
    """What ``finetune`` leaves: the registry looks at bytes, not at tensors."""
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(weights)
    (folder / "adapter_config.json").write_text('{"r": 16}')
    told = {"base": BASE, "recipe": {"name": "tiny"}, "data": {"statistics": "d"}, "prompt": "p", **run}
    (folder / "run.json").write_text(json.dumps(told))
    return folder


def report(folder: Path, **more: object) -> dict[str, object]:
    """An evaluation of that adapter."""
    figures = dict.fromkeys(METRICS, 0.5)
    return {"base": BASE, "adapter": of_file(folder / "adapter_model.safetensors"), **figures, **more}


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "adapters")


@pytest.fixture
def two(registry: Registry, tmp_path: Path) -> tuple[str, str]:
    """Two registered adapters of one name."""
    folders = [made(tmp_path / name, name.encode()) for name in ("one", "two")]
    first, second = (registry.register(folder, "akwaba", report(folder)).ref for folder in folders)
    return first, second


def test_an_adapter_is_named_by_what_it_is_made_of(registry: Registry, tmp_path: Path) -> None:
    one = made(tmp_path / "one")
    adapter = registry.register(one, "akwaba", report(one))
    assert registry.register(one, "akwaba", report(one)) == adapter and registry.refs() == [adapter.ref]
    for number, other in enumerate(
        ({"base": {"name": "other"}}, {"recipe": {"name": "r"}}, {"data": {}}, {"prompt": "q"})
    ):
        assert registry.register(made(tmp_path / str(number), **other), "akwaba", {}).sha != adapter.sha
    assert registry.register(made(tmp_path / "w", b"others"), "akwaba", {}).sha != adapter.sha
    assert registry.verify() == []


def test_the_copy_is_read_only_and_tells_what_it_was_measured_at(registry: Registry, two: tuple[str, str]) -> None:
    folder = registry.resolve(two[0])
    writable = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
    assert not any(path.stat().st_mode & writable for path in (folder, *folder.iterdir()))
    manifest: Any = registry.get(two[0]).manifest
    assert manifest["metrics"]["faithful"] == 0.5 and manifest["base"] == BASE
    assert {path.name for path in folder.iterdir()} == {*manifest["files"], "manifest.json"}


def test_the_pointer_moves_forth_and_back_and_remembers(registry: Registry, two: tuple[str, str]) -> None:
    first, second = two
    with pytest.raises(RegistryError, match="none is promoted"):
        registry.resolve("akwaba")
    registry.promote(first)
    registry.promote(second)
    registry.promote(second)
    assert registry.resolve("akwaba") == registry.resolve(second)
    assert registry.rollback("akwaba").ref == first
    assert registry.resolve("akwaba") == registry.resolve(first)
    with pytest.raises(RegistryError, match="none served before"):
        registry.rollback("akwaba")
    one, other = first.partition("@")[2], second.partition("@")[2]
    assert registry.history("akwaba") == [f"promote {one}", f"promote {other}", f"rollback to {one}"]


def spoil(folder: Path, name: str, change: Callable[[Path], object]) -> None:
    folder.chmod(0o755)
    if (folder / name).exists():
        (folder / name).chmod(0o644)
    change(folder / name)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("adapter_model.safetensors", lambda path: path.write_bytes(b"weights of others")),
        ("adapter_config.json", lambda path: path.write_text('{"r": 8}')),
        ("run.json", lambda path: path.unlink()),
        ("pickle.bin", lambda path: path.write_bytes(b"more")),
        ("manifest.json", lambda path: path.write_text(path.read_text().replace("0.5", "0.9", 1))),
        ("manifest.json", lambda path: path.write_text("{")),
    ],
)
def test_a_changed_adapter_is_refused_everywhere(
    registry: Registry, two: tuple[str, str], name: str, change: Callable[[Path], object]
) -> None:
    registry.promote(two[0])
    registry.promote(two[1])
    spoil(registry.resolve(two[0]), name, change)
    for use in (registry.resolve, registry.promote, registry.get):
        with pytest.raises(RegistryError, match=r"changed|missing"):
            use(two[0])
    with pytest.raises(RegistryError, match=r"changed|missing"):
        registry.rollback("akwaba")
    assert registry.resolve("akwaba") == registry.resolve(two[1])  # a refused rollback moved nothing
    assert len(registry.verify()) == 1


def test_an_adapter_renamed_to_another_is_refused(registry: Registry, two: tuple[str, str]) -> None:
    first, second = map(registry.resolve, two)
    spoil(second, "manifest.json", lambda path: path.write_bytes((first / "manifest.json").read_bytes()))
    spoil(second, FILE, lambda path: path.write_bytes((first / FILE).read_bytes()))
    with pytest.raises(RegistryError, match="changed"):
        registry.resolve(two[1])


FILE = "adapter_model.safetensors"


@pytest.mark.parametrize(
    "ref", ["akwaba@0123456789abcdef", "nobody", "../akwaba", "akwaba@../x", "akwaba@", "Akwaba@x", ""]
)
def test_an_unknown_name_is_refused(registry: Registry, two: tuple[str, str], ref: str) -> None:
    with pytest.raises(RegistryError):
        registry.resolve(ref)
    with pytest.raises(RegistryError):
        registry.promote(ref)
    with pytest.raises(RegistryError):
        registry.rollback(ref)


@pytest.mark.parametrize("without", METRICS)
def test_what_was_not_measured_is_not_promoted(registry: Registry, tmp_path: Path, without: str) -> None:
    one = made(tmp_path / "one")
    measured = report(one)
    del measured[without]
    ref = registry.register(one, "akwaba", measured).ref
    with pytest.raises(RegistryError, match=rf"not measured \({without}\)"):
        registry.promote(ref)
    assert registry.serving("akwaba") == ""


def test_a_report_of_something_else_is_refused(registry: Registry, tmp_path: Path) -> None:
    one, two = made(tmp_path / "one"), made(tmp_path / "two", b"others")
    for wrong in (report(two), report(one, base={"name": "other"})):
        with pytest.raises(RegistryError, match="measures another"):
            registry.register(one, "akwaba", wrong)
    registry.register(one, "akwaba", report(one))
    with pytest.raises(RegistryError, match="registered already, with another report"):
        registry.register(one, "akwaba", report(one, faithful=1.0))


def test_what_is_no_adapter_is_refused_and_leaves_nothing(registry: Registry, tmp_path: Path) -> None:
    one = made(tmp_path / "one")
    (one / FILE).rename(one / "elsewhere")
    (one / FILE).symlink_to(one / "elsewhere")
    two = made(tmp_path / "two")
    (two / "run.json").write_text("{}")
    for folder in (one, two, tmp_path / "nothing"):
        with pytest.raises(RegistryError):
            registry.register(folder, "akwaba", {})
    assert registry.refs() == [] and registry.verify() == []


def test_promotions_at_once_lose_none(registry: Registry, two: tuple[str, str], tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from chatbot.training.registry import Registry\n"
        "registry = Registry(Path(sys.argv[1]))\n"
        "for ref in sys.argv[2:] * 20: registry.promote(ref)"
    )
    racers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "adapters"), *two], cwd=ROOT, env={**os.environ})
        for _ in range(2)
    ]
    assert [racer.wait() for racer in racers] == [0, 0]
    moves = registry.history("akwaba")
    assert all(before != after for before, after in pairwise(moves))
    assert registry.serving("akwaba") == moves[-1].split()[-1] and len(moves) >= 40


def test_serving_needs_no_torch_to_find_an_adapter() -> None:
    code = "import sys, chatbot.training.registry; print({'torch', 'transformers', 'numpy'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


def test_a_base_is_known_by_its_content_and_not_by_where_it_lies(tmp_path: Path) -> None:
    def base(place: str, weights: bytes, **config: object) -> Path:
        folder = tmp_path / place / "llama"
        folder.mkdir(parents=True)
        (folder / "config.json").write_text(json.dumps({"hidden_size": 64, **config}))
        (folder / "model.safetensors").write_bytes(weights)
        return folder

    here = of_base(base("here", b"w"))
    assert of_base(base("there", b"w", _name_or_path="elsewhere")) == here
    assert of_base(base("other", b"v"))["sha256"] != here["sha256"]
    assert of_base(base("wider", b"w", hidden_size=65))["sha256"] != here["sha256"]
