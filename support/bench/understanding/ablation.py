"""What each component adds: the whole, then the whole without it, on the development messages."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from django.conf import settings

from chatbot.brand import load
from support.bench.understanding.exam import answers, exams
from support.bench.understanding.measures import measure
from support.bench.understanding.variants import VARIANTS, Variant
from support.understanding import Request, understood

MEASURES = (
    "normalised token F1", "intents strict", "intents lenient", "intents macro F1", "all entities micro F1",
    "mood accuracy", "needs_human F1", "protected tokens damaged",
)  # fmt: skip
Figures = Mapping[str, float]


def run(say: Callable[[str], None], most: int = 0, variants: Sequence[Variant] = VARIANTS) -> list[tuple[str, Figures]]:
    """Name and figures of every variant; each but the whole is trained first, which takes some seconds."""
    gold = exams(most)[0].gold
    return [_measured(variant, gold, say) for variant in variants]


def _measured(
    variant: Variant, gold: Sequence[Mapping[str, object]], say: Callable[[str], None]
) -> tuple[str, Figures]:
    say(f"ablation: {variant.name}")
    with tempfile.TemporaryDirectory() as own:
        whole = variant is VARIANTS[0]  # is what is trained at install
        normalise, understander = variant.build(
            load(settings.BRAND), settings.VAR_DIR / "models" if whole else Path(own)
        )

    def understand(request: Request) -> Mapping[str, object]:
        bot_said = request.bot_said if variant.context else ()
        return understood(Request(request.id, request.text, bot_said), normalise, understander)

    return variant.name, measure(gold, answers(understand, gold), lambda text: normalise(text).text)


def table(found: Sequence[tuple[str, Figures]]) -> str:
    """Markdown: figures of the whole in the first line, then the difference that each absence makes."""
    (name, whole), *others = found
    lines = [_line("", MEASURES), "|---" * (len(MEASURES) + 1) + "|"]
    lines.append(_line(name, [_figure(measure, whole[measure]) for measure in MEASURES]))
    for name, figures in others:
        lines.append(_line(name, [_difference(m, figures[m] - whole[m]) for m in MEASURES]))
    return "\n".join(lines)


def _line(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"


def _figure(measure: str, value: float) -> str:
    return f"{value:.0f}" if measure.endswith("damaged") else f"{100 * value:.1f} %"


def _difference(measure: str, value: float) -> str:
    return f"{value:+.0f}" if measure.endswith("damaged") else f"{round(100 * value, 1) + 0.0:+.1f}"
