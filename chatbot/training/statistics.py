"""What a data set holds, for machines (statistics.json, with a digest of every file) and for people (statistics.md)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

from chatbot.training.digests import of_file
from chatbot.training.examples import Example, Refused

FILE = "statistics.json"
TABLE = "statistics.md"


def gather(
    splits: Mapping[str, Sequence[Example]], refused: Sequence[Refused], repeated: Counter[str], groups: Sequence[int]
) -> dict[str, object]:
    """Counts by split, and of what was left out; ``refused`` names lines and turns of the source, never words."""
    total = sum(map(len, splits.values()))
    return {
        "examples": total,
        "groups": {"number": len(groups), "largest": max(groups)},
        "left_out": {
            **{reason: repeated[reason] for reason in ("exact_repetitions", "near_repetitions", "alike_too_many")},
            "refused": dict(Counter(one.reason for one in refused).most_common()),
        },
        "refused_at": [[one.line, one.turn, one.reason] for one in refused],
        "splits": {name: _split(examples, total) for name, examples in splits.items()},
    }


def _split(examples: Sequence[Example], total: int) -> dict[str, object]:
    words = [len(example.answer.split()) for example in examples]
    return {
        "examples": len(examples),
        "share": round(len(examples) / total, 4),
        "conversations": len({example.conversation for example in examples}),
        "intents": _counted(example.intent for example in examples),
        "acts": _counted(act for example in examples for act, _ in example.acts),
        "moods": _counted(example.mood for example in examples),
        "channels": _counted(example.channel for example in examples),
        "words_of_an_answer": {"p50": _percentile(words, 50), "p95": _percentile(words, 95), "most": max(words)},
    }


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _percentile(values: Sequence[int], percent: int) -> float:
    return round(quantiles(values, n=100, method="inclusive")[percent - 1], 1) if len(values) > 1 else values[0]


def write(folder: Path, facts: Mapping[str, object]) -> dict[str, object]:
    """Writes both files into a folder that holds the splits; returns what statistics.json says."""
    done = {**facts, "files": {file.name: of_file(file) for file in sorted(folder.glob("*.jsonl"))}}
    (folder / FILE).write_text(json.dumps(done, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / TABLE).write_text(table(done), encoding="utf-8")
    return done


def table(done: Mapping[str, Any]) -> str:
    """The statistics as two Markdown tables: splits with their intents, and what was left out."""
    splits, left_out = done["splits"], done["left_out"]
    names = list(splits)
    intents = list(dict.fromkeys(intent for split in splits.values() for intent in split["intents"]))
    rows = [(row, [splits[name][row] for name in names]) for row in ("examples", "share", "conversations")]
    rows += [(f"intent {intent}", [splits[name]["intents"].get(intent, 0) for name in names]) for intent in intents]
    lines = [_row(["", *names]), _row(["---"] * (len(names) + 1))]
    lines += [_row([title, *map(str, cells)]) for title, cells in rows]
    lines += ["", _row(["left out", "answers"]), _row(["---", "---"])]
    counts = {**{k: v for k, v in left_out.items() if k != "refused"}, **left_out["refused"]}
    lines += [_row([reason, str(count)]) for reason, count in counts.items()]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
