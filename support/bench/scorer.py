"""The figures of scripted dialogues, by the scorer that lies beside them, with the targets they must reach."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from chatbot.simulation.report import Measure
from support.bench.processes import BenchError

FOLDER = Path(settings.BASE_DIR) / "tests" / "eval"
HOUR = 3600  # seconds: who comes back after so long must not be asked again
NUMBER = re.compile(r"AK-(\d+)-")
Log = Sequence[Mapping[str, Any]]


def measures(file: Path, log: Log) -> Iterator[Measure]:
    """The measures of one file of dialogues. Raises BenchError when the scorer is not there."""
    scorer = _load()
    gold = scorer.read(file)
    scores, _ = scorer.score_dialogues(gold, list(log))
    many, checks, person = len(gold), scores["checks"], scores["handoff"]

    def share(check: str) -> float:
        return float(checks[check]["ok"]) if check in checks else 1.0

    extra = (scores["turns_to_claim"] or 0.0) - (scores["turns_to_claim_expected"] or 0.0)
    yield Measure("dialogues passed whole", scores["dialogues_passed"], 0.9)
    yield Measure("re-asks of known facts", scores["reasks"], 0, most=True)
    yield Measure("needless confirmations, a conversation", scores["reconfirms"] / many, 0.02, most=True)
    yield Measure("valid ids refused for their format", scores["format_rejections"], 0, most=True)
    yield Measure("claim registered right, on the very turn", share("registered"), 0.97)
    yield Measure("user messages over the least possible, a claim", max(0.0, extra), 0.2, most=True)
    yield Measure("announced but not filed", _announced(log), 0, most=True)
    yield Measure("person called where due", person["r"], 0.95)
    yield Measure("person called only where due", person["p"], 0.9)
    yield Measure("returns after an hour asked again", _asked_again(gold, log), 0, most=True)
    yield Measure("silence while a person owns the conversation", share("silent"), 1.0)
    yield Measure("fee, limit and date facts right", share("number"), 1.0)


def _announced(log: Log) -> int:
    """Replies that name a case number of which there is no claim."""
    return sum(any(int(number) > line["claims"] for number in NUMBER.findall(line["reply"])) for line in log)


def _asked_again(gold: Sequence[Mapping[str, Any]], log: Log) -> int:
    """Turns after an hour or more of silence in which a known fact was asked for."""
    asks = {(line["dialogue"], line["turn"]): set(line["asks"]) for line in log}
    found = 0
    for dialogue in gold:
        before = 0.0
        for index, turn in enumerate(dialogue["turns"]):
            known = set(turn.get("expect", {}).get("must_not_ask", []))
            back = "user" in turn and turn["at"] - before >= HOUR
            found += bool(back and known & asks.get((dialogue["id"], index), set()))
            before = turn["at"] if "user" in turn else before
    return found


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("score", FOLDER / "score.py")
    if spec is None or spec.loader is None or not (FOLDER / "score.py").exists():
        raise BenchError("tests/eval/score.py is not here")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
