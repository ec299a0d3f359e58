"""The exams: annotated messages of tests/eval, and what the understanding under test answers to them."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from support.bench.processes import BenchError
from support.understanding import Request

FOLDER = Path(settings.BASE_DIR) / "tests" / "eval"
Message = Mapping[str, Any]
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Exam:
    """Annotated messages, in the format of score.py."""

    name: str
    gold: Sequence[Message]


@cache
def scorer() -> Any:
    """The module tests/eval/score.py. Raises BenchError where the tests are not installed."""
    spec = importlib.util.spec_from_file_location("score", FOLDER / "score.py")
    if spec is None or spec.loader is None or not (FOLDER / "score.py").exists():
        raise BenchError("tests/eval/score.py is not here: the bench of understanding runs in a full checkout")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def exams(most: int = 0) -> list[Exam]:
    """The development messages, then every ``unseen_*.jsonl`` beside them; at most so many of each, 0 for all."""
    files = [FOLDER / "messages.jsonl", *sorted(FOLDER.glob("unseen_*.jsonl"))]
    return [Exam(file.stem, scorer().read(file)[: most or None]) for file in files]


def request(message: Message) -> Request:
    """The message as ``understand`` gets it."""
    bot_said = (turn["text"] for turn in message.get("context") or () if turn["role"] == "bot")
    return Request(message["id"], message["text"], tuple(bot_said))


def answers(understand: Callable[[Request], Mapping[str, object]], gold: Sequence[Message]) -> list[Answer]:
    """What is answered to each message, as it would be read from a file of answers."""
    return [json.loads(json.dumps(understand(request(message)))) for message in gold]
