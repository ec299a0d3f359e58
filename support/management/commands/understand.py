"""Understand messages given as JSON Lines: ``manage.py understand --in messages.jsonl --out meanings.jsonl``."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chatbot.brand import BrandError
from support.understanding import Reader, RequestError, read_requests


class Command(BaseCommand):
    """One answer per line, written as soon as its request is read; a file appears whole or not at all."""

    help = "Comprendre des messages : un objet JSON par ligne en entrée, un par ligne en sortie."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Standard input and output are the defaults."""
        parser.add_argument("--in", dest="source", type=Path, help="les messages ; l'entrée standard sinon")
        parser.add_argument("--out", type=Path, help="les réponses ; la sortie standard sinon")
        parser.add_argument("--brand", default=settings.BRAND, help="la marque dont les données servent")
        parser.add_argument("--explain", action="store_true", help="donner la raison de chaque décision")

    def handle(self, *args: object, **options: object) -> None:
        """Raises CommandError with status 2 on input that cannot be read."""
        source, out = options["source"], options["out"]
        try:
            reader = Reader(str(options["brand"]), settings.VAR_DIR / "models")
            if options["explain"]:
                for conflict in reader.brand.conflicts:
                    self.stderr.write(str(conflict))
            with _opened(source if isinstance(source, Path) else None) as (lines, name), _writer(out) as answers:
                for request in read_requests(lines, name):
                    answers.write(
                        json.dumps(reader.answer(request, bool(options["explain"])), ensure_ascii=False) + "\n"
                    )
                    answers.flush()
        except (RequestError, BrandError) as error:
            raise CommandError(str(error), returncode=2) from error
        except BrokenPipeError:
            # The reader of our output has had enough; that is no error of ours.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            name = Path(str(error.filename or source or out)).name
            raise CommandError(f"{name}: {error.strerror}", returncode=2) from error


@contextmanager
def _opened(source: Path | None) -> Iterator[tuple[BinaryIO, str]]:
    if source is None:
        yield sys.stdin.buffer, "standard input"
        return
    with source.open("rb") as lines:
        yield lines, source.name


@contextmanager
def _writer(out: object) -> Iterator[TextIO]:
    """Standard output, or a file that takes its name only when it is complete."""
    if not isinstance(out, Path):
        yield sys.stdout
        return
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as answers:
            yield answers
        Path(name).replace(out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
