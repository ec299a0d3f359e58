"""Lessons on a terminal: ``manage.py lessons check`` reads every regression example, ``… export`` writes them out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatbot.brand import BrandError
from chatbot.corrections import COLUMNS, as_line
from chatbot.teaching import teach
from chatbot.turn import Mind
from support.lessons import trial, values


class Command(BaseCommand):
    """``check`` ends with status 1 when the assistant no longer reads an approved lesson as it says."""

    help = "Relire les exemples des leçons approuvées, ou les écrire comme corrections.tsv."

    def add_arguments(self, parser: CommandParser) -> None:
        """One verb."""
        parser.add_argument("verb", choices=("check", "export"))
        parser.add_argument("--brand", default=settings.BRAND)

    def handle(self, *, verb: str, brand: str, **options: Any) -> None:
        """Raises CommandError."""
        rows = values.approved(brand)
        corrections = [values.as_correction(row) for row in rows]
        if verb == "export":
            self.stdout.write("\t".join(COLUMNS))
            self.stdout.writelines(f"{as_line(one)}\n" for one in corrections)
            return
        try:
            mind = teach(Mind.load(brand, settings.VAR_DIR / "models"), corrections)
        except BrandError as error:
            raise CommandError(str(error), returncode=2) from error
        failed = trial.failures(rows, mind)
        for row in failed:
            self.stderr.write(f"leçon {str(row.id)[-6:]} : « {row.example} » n'est plus lu ainsi ({row})")
        self.stdout.write(f"{len(rows) - len(failed)} leçon(s) tenue(s) sur {len(rows)}")
        if failed:
            raise CommandError("des leçons ne tiennent plus", returncode=1)
