"""Understanding on the exams of tests/eval: what is understood, what is masked, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from support.bench.report import Row
from support.bench.setup import Setup
from support.bench.understanding import bars, cost, masking
from support.bench.understanding.exam import Exam, answers, exams
from support.bench.understanding.folds import folds
from support.bench.understanding.measures import measure
from support.understanding import Reader

TITLE = "understanding, by the exams of tests/eval"


def run(setup: Setup) -> list[Row]:
    """Bars on the development messages and on every unseen exam, then masking, then cost."""
    reader = Reader(settings.BRAND, settings.VAR_DIR / "models")
    development, *unseen = exams(setup.scale.messages)
    return [
        *_rows(reader, development, ""),
        *(row for exam in unseen for row in _rows(reader, exam, f"{exam.name}: ")),
        *bars.rows(masking.measure(), bars=bars.MASKING),
        *cost.rows(setup.scale.rounds, setup.scale.messages),
    ]


def _rows(reader: Reader, exam: Exam, prefix: str) -> Iterator[Row]:
    predicted = answers(reader.answer, exam.gold)
    figures = measure(exam.gold, predicted, reader.standard_french)
    return bars.rows(figures, folds(exam.gold, predicted, reader.standard_french), prefix)
