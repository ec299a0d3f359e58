"""Writes voice/shapes.tsv: the plans that simulated conversations bring, so that training needs no simulation.

.venv/bin/python -m chatbot.training.gather easytransfert var/models 4000
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from chatbot.brand import load
from chatbot.simulation.run import simulate
from chatbot.training.shapes import Shape
from chatbot.turn import Mind
from chatbot.voices.ports import Brief, Draft
from chatbot.voices.template import TemplateVoice
from chatbot.wording import Wording

HEADER = (
    "# Plans that {count} simulated conversations brought: how often, acts with their facts, mood. No values.\n"
    "# Remade by: python -m chatbot.training.gather BRAND MODELS_DIR COUNT\n"
)


class Listener:
    """A voice that speaks like the template and remembers what it was asked to say."""

    tier = "template"

    def __init__(self, wording: Wording) -> None:
        self._template = TemplateVoice(wording)
        self.heard: Counter[str] = Counter()

    def speak(self, brief: Brief, seed: str) -> Draft:
        """As the template does."""
        self.heard[Shape(brief.acts, brief.mood).key] += 1
        return self._template.speak(brief, seed)

    def answers_open(self, brand: str) -> bool:
        """Never."""
        return self._template.answers_open(brand)


def gather(slug: str, models: Path, count: int) -> Counter[str]:
    """Keys of shapes with how often ``count`` conversations brought each. Raises BrandError."""
    brand = load(slug)
    listener = Listener(Wording.read(brand.wording, brand.flows))
    mind = Mind.load(slug, models, listener)
    for _ in simulate(mind, count, seed=2026):
        pass
    return listener.heard


if __name__ == "__main__":
    slug, models, count = sys.argv[1:]
    heard = gather(slug, Path(models), int(count))
    lines = [f"{times}\t{key}\n" for key, times in sorted(heard.items(), key=lambda one: (-one[1], one[0]))]
    file = load(slug).path / "voice" / "shapes.tsv"
    file.write_text(HEADER.format(count=count) + "".join(lines), encoding="utf-8")
