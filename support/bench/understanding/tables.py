"""The tables of docs/understanding.md that are no bars: the folds and the ablation."""

from __future__ import annotations

from django.conf import settings

from support.bench.setup import Setup
from support.bench.understanding import ablation, folds
from support.bench.understanding.exam import answers, exams
from support.understanding import Reader


def understanding(setup: Setup) -> str:
    """Both, as Markdown; some minutes."""
    reader = Reader(settings.BRAND, settings.VAR_DIR / "models")
    gold = exams(setup.scale.messages)[0].gold
    parts = folds.folds(gold, answers(reader.answer, gold), reader.standard_french)
    found = ablation.run(setup.say, setup.scale.messages)
    return f"{folds.table(parts)}\n\n{ablation.table(found)}"
