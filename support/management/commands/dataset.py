"""Turn transcripts into a data set for fine-tuning, and prove one.

``manage.py dataset build transcripts.jsonl --out DIR [--seed 1]`` · ``manage.py dataset check DIR``
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Bad input ends with exit status 2 and one line naming file, line and field; nothing is left behind."""

    help = "Préparer un jeu de données à partir de transcriptions, ou en vérifier un."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """``build`` or ``check``."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        build = verbs.add_parser("build", help="nettoyer, masquer, dédoublonner et répartir des transcriptions")
        build.add_argument("file", type=Path, help="transcriptions, une conversation par ligne (docs/training.md)")
        build.add_argument("--out", type=Path, required=True, help="dossier à créer")
        build.add_argument("--seed", type=int, default=1, help="une même graine donne les mêmes fichiers")
        check = verbs.add_parser("check", help="prouver qu'un jeu de données est propre et sans fuite")
        check.add_argument("folder", type=Path)

    def handle(self, *, verb: str, **options: Any) -> None:
        """Raises CommandError (2) on data that must not be used."""
        from chatbot.training import dataset, proof, statistics
        from chatbot.training.faults import DataFault

        recipe = dataset.DataRecipe.read()
        try:
            if verb == "build":
                done = dataset.build(options["file"], options["out"], options["seed"], recipe)
                self.stdout.write(statistics.table(done))
            else:
                counted = proof.check(options["folder"], recipe.together)
                self.stdout.write(", ".join(f"{name}: {count}" for name, count in counted.items()))
        except DataFault as error:
            raise CommandError(str(error), returncode=2) from error
