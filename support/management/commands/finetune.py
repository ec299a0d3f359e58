"""Fine-tune a LoRA adapter of a big model on a data set.

``manage.py finetune --data DIR --model PATH --recipe llama32-3b --out DIR [--max-steps 50]``
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """docs/training.md says what it needs; ``manage.py adapters register`` comes next."""

    help = "Affiner un grand modèle (LoRA) sur un jeu de données."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Folders, and the name of a recipe."""
        parser.add_argument("--data", type=Path, required=True, help="dossier fait par « dataset build »")
        parser.add_argument("--model", type=Path, required=True, help="dossier du modèle de base")
        parser.add_argument("--recipe", default="llama32-3b", help="nom d'un fichier de chatbot/training/recipes")
        parser.add_argument("--out", type=Path, required=True, help="dossier à créer")
        parser.add_argument("--max-steps", type=int, default=0, help="s'arrêter après ce nombre de pas")

    def handle(self, *, data: Path, model: Path, recipe: str, out: Path, max_steps: int, **_: Any) -> None:
        """Raises CommandError (2) on data, a model or a recipe that cannot be used."""
        from chatbot.training.faults import DataFault
        from chatbot.training.finetune import finetune
        from chatbot.training.recipe import Recipe, RecipeError

        try:
            done: Any = finetune(data, model, Recipe.read(recipe), out, ticks=time.perf_counter, max_steps=max_steps)
        except (DataFault, RecipeError, LookupError) as error:
            raise CommandError(str(error), returncode=2) from error
        loss, weights = done["loss"], done["weights"]
        for fallback in done["fallbacks"]:
            self.stdout.write(f"without: {fallback}")
        self.stdout.write(
            f"{done['steps']} steps in {done['seconds']} s on {done['machine']}: loss {loss['first']:.3f} → "
            f"{loss['last']:.3f}, {loss['validation']:.3f} on the validation split; "
            f"{weights['trained']:,} of {weights['of']:,} weights trained"
        )
