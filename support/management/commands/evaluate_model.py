"""Measure a big model, with or without an adapter, on a split of a data set.

``manage.py evaluate_model --model PATH --adapter name@sha --data DIR/test.jsonl [--report report.json]``
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Prints a table; ``--report`` keeps the whole as JSON for ``manage.py adapters register``."""

    help = "Mesurer un grand modèle et son adaptateur."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """``--adapter`` is a registered ``name@sha``, or the folder that ``finetune`` made."""
        parser.add_argument("--model", type=Path, required=True, help="dossier du modèle de base")
        parser.add_argument("--adapter", default="", help="nom@sha, ou le dossier fait par « finetune »")
        parser.add_argument("--data", type=Path, required=True, help="fichier .jsonl d'un jeu de données")
        parser.add_argument("--recipe", default="llama32-3b", help="nom d'un fichier de chatbot/training/recipes")
        parser.add_argument("--limit", type=int, default=0, help="nombre d'exemples, tous par défaut")
        parser.add_argument("--report", type=Path, help="fichier JSON à écrire")

    def handle(self, *, model: Path, data: Path, recipe: str, limit: int, report: Path | None, **rest: Any) -> None:
        """Raises CommandError (2) on data, a model, an adapter or a recipe that cannot be used."""
        from chatbot.training import evaluate
        from chatbot.training.faults import DataFault
        from chatbot.training.recipe import Recipe, RecipeError
        from chatbot.training.registry import RegistryError

        try:
            adapter = _adapter(rest["adapter"])
            done = evaluate.evaluate(model, adapter, data, Recipe.read(recipe), ticks=time.perf_counter, limit=limit)
        except (DataFault, RecipeError, RegistryError, LookupError) as error:
            raise CommandError(str(error), returncode=2) from error
        if report:
            report.write_text(json.dumps(done, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        self.stdout.write(evaluate.table(done))


def _adapter(named: str) -> Path | None:
    from chatbot.training.registry import Registry

    if not named:
        return None
    folder = Path(named)
    return folder if "@" not in named and folder.is_dir() else Registry(settings.VAR_DIR / "adapters").resolve(named)
