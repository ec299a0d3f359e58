"""Claims as files: ``manage.py claims export F``, ``… import F [--dry-run]``; F ends in .csv or .xlsx."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from support.backoffice import files, tables
from support.models import Claim, ClaimStatus


class Command(BaseCommand):
    """An import changes every claim it names, or none; customers are told as by the API."""

    help = "Exporter les dossiers dans un tableau, ou prendre les réponses qu'un tableau donne."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """One verb each."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        export = verbs.add_parser("export", help="écrire les dossiers dans un fichier")
        export.add_argument("file", type=Path)
        export.add_argument("--status", action="append", choices=ClaimStatus.values, help="seulement dans cet état")
        taken = verbs.add_parser("import", help="prendre les changements d'un fichier, tous ou aucun")
        taken.add_argument("file", type=Path)
        taken.add_argument("--dry-run", action="store_true", help="vérifier seulement")
        for verb in (export, taken):
            verb.add_argument("--brand", default=settings.BRAND)

    def handle(self, *, verb: str, file: Path, brand: str, **options: Any) -> None:
        """Raises CommandError with status 2, one line naming file, line and field."""
        try:
            if verb == "export":
                self._export(file, brand, options["status"])
            else:
                self._import(file, brand, options["dry_run"])
        except files.NotTaken as error:
            more = f" (et {len(error.faults) - 1} autre(s) erreur(s))" if len(error.faults) > 1 else ""
            raise CommandError(f"{error}{more}", returncode=2) from error
        except tables.TableError as error:
            raise CommandError(f"{file.name} : {error}", returncode=2) from error
        except OSError as error:
            raise CommandError(f"{file.name} : {error.strerror}", returncode=2) from error

    def _export(self, file: Path, brand: str, status: list[str] | None) -> None:
        tables.kind_of(file.name)
        rows = Claim.objects.filter(conversation__brand=brand).order_by("filed_at")
        claims = list(rows.filter(status__in=status) if status else rows)
        handle, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(files.exported(file.name, claims))
            Path(draft).replace(file)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        files.note_export(claims)
        self.stdout.write(f"{len(claims)} dossier(s) dans {file.name}")

    def _import(self, file: Path, brand: str, dry_run: bool) -> None:
        if file.stat().st_size > tables.LARGEST:
            raise tables.TableError("le fichier est trop grand")
        taken = files.take(brand, file.name, file.read_bytes(), dry_run=dry_run)
        self.stdout.write(
            f"{'Essai, rien n’est changé : ' if dry_run else ''}{taken.applied} changé(s), "
            f"{taken.unchanged} sans changement, {taken.superseded} trop tard"
        )
