"""Run scripted dialogues through the real turn code: ``manage.py replay dialogues.jsonl --out log.jsonl``."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chatbot.brand import BrandError
from chatbot.rehearsal import rehearse
from chatbot.scripts import ScriptError, read_scripts
from chatbot.turn import Mind


class Command(BaseCommand):
    """One log line per scripted turn, on a scripted clock, at full speed."""

    help = "Rejouer des dialogues écrits d'avance et journaliser chaque tour."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="dialogues, un objet JSON par ligne")
        parser.add_argument("--voice", choices=["template"], default="template", help="la voix qui parle")
        parser.add_argument("--out", type=Path, help="le journal ; la sortie standard sinon")

    def handle(self, *args: object, **options: object) -> None:
        file, out = Path(str(options["file"])), options["out"]
        try:
            scripts = read_scripts(file)
            mind = Mind.load(settings.BRAND, settings.VAR_DIR / "models")
        except (ScriptError, BrandError) as error:
            raise CommandError(str(error), returncode=2) from error
        except OSError as error:
            raise CommandError(f"{file.name}: {error.strerror}", returncode=2) from error
        rows = (json.dumps(line, ensure_ascii=False) + "\n" for line in rehearse(mind, scripts))
        if out is None:
            sys.stdout.writelines(rows)
            return
        _write_whole(Path(str(out)), rows)


def _write_whole(path: Path, rows: Iterator[str]) -> None:
    """Write the log beside its place and move it there when complete: nothing is left half-written."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise CommandError(f"{path.name}: {error.strerror}", returncode=2) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as log:
            log.writelines(rows)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
