"""Proves a written data set: files as they were built, rows well formed, no one's data, nothing in two splits.

Reads only the files, so it holds for a data set that came from elsewhere or was touched since.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from chatbot import brand as brands
from chatbot.training import statistics
from chatbot.training.digests import of_file
from chatbot.training.examples import Example, refusal
from chatbot.training.faults import DataFault, Leak
from chatbot.training.similar import Neighbours, Pair
from chatbot.watch import Watch

SPLITS = ("train", "validation", "test")


def check(folder: Path, together: float) -> Mapping[str, int]:
    """Examples by split. Raises DataFault on a bad file, Leak on personal data or on what stands in two splits."""
    rows = {name: read(folder / f"{name}.jsonl") for name in SPLITS}
    _same_files(folder)
    for name, examples in rows.items():
        _harmless(f"{name}.jsonl", examples)
    everything = [(name, line, example) for name, read_ in rows.items() for line, example in enumerate(read_, start=1)]
    _apart([(f"{name}.jsonl", line, example) for name, line, example in everything])
    _unlike([(f"{name}.jsonl", line, example.pair) for name, line, example in everything], together)
    return {name: len(examples) for name, examples in rows.items()}


def read(file: Path) -> list[Example]:
    """The examples of a split. Raises DataFault naming file, line and field."""
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataFault(f"{file.name}: not readable as UTF-8") from error
    return [_example(file.name, number, line) for number, line in enumerate(lines, start=1) if line]


def _example(file: str, number: int, line: str) -> Example:
    try:
        row = json.loads(line)
        if not isinstance(row, dict):
            raise ValueError("line")
        return Example.from_json(row)
    except json.JSONDecodeError as error:
        raise DataFault.at(file, number, "line", "not JSON") from error
    except ValueError as error:
        raise DataFault.at(file, number, str(error), "missing or not of the kind expected") from error


def _same_files(folder: Path) -> None:
    try:
        recorded = json.loads((folder / statistics.FILE).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError) as error:
        raise DataFault(f"{statistics.FILE}: missing, or without digests of the files") from error
    for name in SPLITS:
        if recorded.get(f"{name}.jsonl") != of_file(folder / f"{name}.jsonl"):
            raise DataFault(f"{name}.jsonl: changed since it was built ({statistics.FILE} holds another digest)")


def _harmless(file: str, examples: list[Example]) -> None:
    @cache
    def watch(slug: str) -> Watch:
        return Watch.read(brands.load(slug).settings)

    for line, example in enumerate(examples, start=1):
        if reason := refusal(example, watch(example.brand)):
            raise Leak.at(file, line, "answer or history", reason)


def _apart(rows: list[tuple[str, int, Example]]) -> None:
    """No conversation and no example, punctuation apart, in two splits."""
    home: dict[str, tuple[str, int]] = {}
    for file, line, example in rows:
        for field, key in (("conversation", f"c:{example.conversation}"), ("answer", f"e:{example.pair.exact}")):
            first, where = home.setdefault(key, (file, line))
            if first != file:
                raise Leak.at(file, line, field, f"stands in {first}:{where} too")


def _unlike(rows: list[tuple[str, int, Pair]], together: float) -> None:
    neighbours = Neighbours([pair for _, _, pair in rows], together)
    for number, (file, line, _) in enumerate(rows):
        for other, alike in neighbours.find(number):
            if rows[other][0] != file:
                where = f"{rows[other][0]}:{rows[other][1]}"
                raise Leak.at(file, line, "answer", f"nearly the same as {where} (similarity {alike:.2f})")
        neighbours.add(number)
