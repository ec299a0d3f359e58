"""Run dialogues through the real turn code: scripted ones, or customers made up by a program.

``manage.py replay dialogues.jsonl --out log.jsonl`` · ``manage.py replay --simulate 2000 --seed 1 --report``
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chatbot.brand import BrandError
from chatbot.rehearsal import rehearse
from chatbot.scripts import ScriptError, read_scripts
from chatbot.simulation.report import Tally, as_line, table
from chatbot.simulation.run import simulate
from chatbot.turn import Mind
from support.voices.build import VOICES, NoVoiceError, build


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 1_000_000:
        raise ArgumentTypeError(f"a number of conversations from 1 to 1000000 is expected, not {text!r}")
    return int(text)


class Command(BaseCommand):
    """One log line per scripted turn, or per simulated conversation, on a scripted clock, at full speed."""

    help = "Rejouer des dialogues écrits d'avance, ou des clients simulés, et journaliser ce qui se passe."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="dialogues, un objet JSON par ligne")
        parser.add_argument("--voice", choices=VOICES, default="template", help="la voix qui parle")
        parser.add_argument("--out", type=Path, help="le journal ; la sortie standard sinon")
        parser.add_argument("--simulate", type=_count, metavar="N", help="N clients simulés au lieu d'un fichier")
        parser.add_argument("--seed", type=int, help="la graine : les mêmes clients à chaque fois (0 sinon)")
        parser.add_argument("--report", action="store_true", help="le tableau des résultats des clients simulés")

    def handle(self, *args: object, **options: object) -> None:
        file, count, out = options["file"], options["simulate"], options["out"]
        target = Path(str(out)) if out is not None else None
        if (file is None) == (count is None):
            raise CommandError("either a file or --simulate N is expected", returncode=2)
        if count is None and (options["seed"] is not None or options["report"]):
            raise CommandError("--seed and --report go with --simulate N", returncode=2)
        try:
            mind = _mind(str(options["voice"]))
            if isinstance(count, int):
                seed = options["seed"]
                self._simulate(
                    mind, count, seed if isinstance(seed, int) else 0, target, report=bool(options["report"])
                )
            else:
                self._replay(mind, Path(str(file)), target)
        except (ScriptError, BrandError, NoVoiceError) as error:
            raise CommandError(str(error), returncode=2) from error

    def _replay(self, mind: Mind, file: Path, out: Path | None) -> None:
        try:
            scripts = read_scripts(file)
        except OSError as error:
            raise CommandError(f"{file.name}: {error.strerror}", returncode=2) from error
        _write(out, (_row(line) for line in rehearse(mind, scripts)))

    def _simulate(self, mind: Mind, count: int, seed: int, out: Path | None, *, report: bool) -> None:
        """The table alone without ``--out``; with it a line a conversation, and the table when it is asked for."""
        total = Tally()

        def rows() -> Iterator[str]:
            for outcome in simulate(mind, count, seed):
                total.add(outcome)
                yield _row(as_line(outcome))

        if out is None:
            for _ in rows():
                pass
        else:
            _write(out, rows())
        if report or out is None:
            self.stdout.write(table(total))


def _mind(voice: str) -> Mind:
    return Mind.load(settings.BRAND, settings.VAR_DIR / "models", build(voice, settings.BRAND))


def _row(line: object) -> str:
    return json.dumps(line, ensure_ascii=False) + "\n"


def _write(path: Path | None, rows: Iterator[str]) -> None:
    """Write the log beside its place and move it there when complete: nothing is left half-written."""
    if path is None:
        sys.stdout.writelines(rows)
        return
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
