"""Keeps adapters: immutable as ``name@sha``, promoted and rolled back by a pointer that is replaced in one step.

A registry is a folder: ``<name>/<sha>/`` holds an adapter and its manifest.json, read-only; ``<name>/current.json``
says which one serves, and which served before. No torch here: serving reads it through ``Registry.resolve``.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from chatbot.training.digests import of_file, of_value

FILES = ("adapter_model.safetensors", "adapter_config.json", "run.json")
MANIFEST, POINTER = "manifest.json", "current.json"
METRICS = ("perplexity", "bleu4", "rouge_l", "faithful", "style_broken")  # what a report must say before promotion
_NAME = re.compile(r"[a-z0-9][a-z0-9\-]{0,40}")
_SHA = re.compile(r"[0-9a-f]{16}")


class RegistryError(ValueError):
    """An adapter that may not be used or changed so; the message is one line."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """One registered adapter. ``manifest`` tells its files, base, recipe, data and metrics."""

    name: str
    sha: str
    folder: Path
    manifest: Mapping[str, object]

    @property
    def ref(self) -> str:
        return f"{self.name}@{self.sha}"


class Registry:
    """The adapters of one folder; it is made when first written to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def register(self, made: Path, name: str, report: Mapping[str, object]) -> Adapter:
        """Copy what ``finetune`` made into the registry. The same adapter again is the one that is there.

        ``report`` is an evaluation's of this adapter; with an empty one it can never be promoted. Raises RegistryError.
        """
        _check_name(name)
        manifest = _manifest(made, name, report)
        sha = str(manifest["sha256"])[:16]
        home = self._folder / name / sha
        with self._locked(name):
            if not home.exists():
                self._copy(made, home, manifest)
        adapter = self.get(f"{name}@{sha}")
        if adapter.manifest["metrics"] != manifest["metrics"]:
            raise RegistryError(f"{adapter.ref}: registered already, with another report; it never changes")
        return adapter

    def get(self, ref: str) -> Adapter:
        """The adapter of ``name@sha``, or of ``name`` the one that serves. Raises RegistryError unless it is intact."""
        name, _, sha = ref.partition("@")
        _check_name(name)
        sha = sha or self.current(name)
        if not _SHA.fullmatch(sha) or not (self._folder / name / sha).is_dir():
            raise RegistryError(f"{ref}: no such adapter")
        return Adapter(name, sha, self._folder / name / sha, _intact(self._folder / name / sha, name, sha))

    def resolve(self, ref: str) -> Path:
        """The folder to load ``name@sha`` or ``name`` from, its bytes verified. Raises RegistryError."""
        return self.get(ref).folder

    def current(self, name: str) -> str:
        """The sha that serves under a name. Raises RegistryError where none was promoted."""
        if not (sha := self.serving(name)):
            raise RegistryError(f"{name}: none is promoted")
        return sha

    def serving(self, name: str) -> str:
        """The sha that serves under a name, empty where none does."""
        return next(reversed(self._served(name)), "")

    def history(self, name: str) -> list[str]:
        """Every move of a name's pointer, oldest first: ``promote <sha>``, ``rollback to <sha>``."""
        return self._pointer(name)["moves"]

    def promote(self, ref: str) -> Adapter:
        """Let ``name@sha`` serve. Raises RegistryError for one that is not intact or was never measured."""
        if "@" not in ref:
            raise RegistryError(f"{ref}: name@sha is expected")
        adapter = self.get(ref)
        metrics = adapter.manifest.get("metrics")
        if lacking := [key for key in METRICS if not isinstance(metrics, dict) or key not in metrics]:
            raise RegistryError(
                f"{ref}: not measured ({', '.join(lacking)}): evaluate it, and register it with its report"
            )
        with self._locked(adapter.name):
            served = self._served(adapter.name)
            if served[-1:] != [adapter.sha]:
                self._point(adapter.name, [*served, adapter.sha], f"promote {adapter.sha}")
        return adapter

    def rollback(self, name: str) -> Adapter:
        """Let the one before serve again. Raises RegistryError where there is none, or it is no longer intact."""
        _check_name(name)
        if not (self._folder / name).is_dir():
            raise RegistryError(f"{name}: no such adapter")
        with self._locked(name):
            served = self._served(name)
            if len(served) < 2:
                raise RegistryError(f"{name}: none served before")
            before = self.get(f"{name}@{served[-2]}")
            self._point(name, served[:-1], f"rollback to {before.sha}")
        return before

    def refs(self) -> list[str]:
        """Every ``name@sha``, intact or not."""
        homes = (home for home in self._folder.glob("*/*") if home.is_dir() and _SHA.fullmatch(home.name))
        return sorted(f"{home.parent.name}@{home.name}" for home in homes)

    def names(self) -> list[str]:
        """Names with at least one adapter."""
        return sorted({ref.partition("@")[0] for ref in self.refs()})

    def verify(self) -> list[str]:
        """What is wrong with the registry, a line each; empty when every adapter is intact."""
        wrong = []
        pointed = [f"{name}@{sha}" for name in self.names() for sha in self._served(name)]
        for ref in dict.fromkeys([*self.refs(), *pointed]):
            try:
                self.get(ref)
            except RegistryError as error:
                wrong.append(str(error))
        return wrong

    def _served(self, name: str) -> list[str]:
        return self._pointer(name)["served"]

    def _pointer(self, name: str) -> dict[str, list[str]]:
        """``served``: shas, oldest first; ``moves``: every promotion and rollback there was."""
        try:
            held = json.loads((self._folder / name / POINTER).read_text(encoding="utf-8"))
            return {key: [str(entry) for entry in held[key]] for key in ("served", "moves")}
        except FileNotFoundError:
            return {"served": [], "moves": []}
        except (ValueError, KeyError, TypeError) as error:
            raise RegistryError(f"{name}: {POINTER} is not readable") from error

    def _point(self, name: str, served: Sequence[str], move: str) -> None:
        """Replace the pointer whole: a reader sees the one before or this one, also after a power cut."""
        place = self._folder / name / POINTER
        draft = place.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as opened:
            moves = [*self._pointer(name)["moves"], move]
            opened.write(json.dumps({"served": list(served), "moves": moves}) + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(place)

    def _copy(self, made: Path, home: Path, manifest: Mapping[str, object]) -> None:
        draft = Path(mkdtemp(dir=home.parent, prefix=".new-"))
        try:
            for file in FILES:
                shutil.copyfile(made / file, draft / file)
            text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
            (draft / MANIFEST).write_text(text, encoding="utf-8")
            for path in draft.iterdir():
                path.chmod(0o444)
            draft.rename(home)
            home.chmod(0o555)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        """One writer at a time under a name, among processes of this machine."""
        home = self._folder / name
        home.mkdir(parents=True, exist_ok=True)
        with (home / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise RegistryError("a name is of small letters, digits and -")


def _manifest(made: Path, name: str, report: Mapping[str, object]) -> dict[str, object]:
    """What is registered. ``sha256`` covers files, base and recipe; ``seal`` covers all of it, metrics included."""
    if bad := next((file for file in FILES if (made / file).is_symlink() or not (made / file).is_file()), ""):
        raise RegistryError(f"{made.name}: no {bad}")
    try:
        run = json.loads((made / "run.json").read_text(encoding="utf-8"))
        told = {key: run[key] for key in ("base", "recipe", "data", "prompt")}
    except (ValueError, KeyError, TypeError) as error:
        raise RegistryError(f"{made.name}: run.json does not tell base, recipe, data and prompt") from error
    files = {file: of_file(made / file) for file in FILES}
    if report and (report.get("base"), report.get("adapter")) != (told["base"], files[FILES[0]]):
        raise RegistryError(f"{made.name}: the report measures another adapter, or another base model")
    made_of = {"files": files, **told}
    manifest = {"name": name, "sha256": of_value(made_of), **made_of, "metrics": dict(report)}
    return {**manifest, "seal": of_value(manifest)}


def _intact(folder: Path, name: str, sha: str) -> Mapping[str, object]:
    """The manifest of a folder that is byte for byte what was registered."""
    try:
        manifest: dict[str, object] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        found = {path.name for path in folder.iterdir()}
        made_of = {key: manifest[key] for key in ("files", "base", "recipe", "data", "prompt")}
        made_of["files"] = {file: of_file(folder / file) for file in FILES}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RegistryError(f"{name}@{sha}: a file is missing or not readable") from error
    sealed = {key: value for key, value in manifest.items() if key != "seal"}
    if found != {*FILES, MANIFEST} or of_value(sealed) != manifest.get("seal"):
        raise RegistryError(f"{name}@{sha}: changed since it was registered")
    if of_value(made_of) != manifest["sha256"] or not str(manifest["sha256"]).startswith(sha):
        raise RegistryError(f"{name}@{sha}: a file was changed since it was registered")
    return manifest
