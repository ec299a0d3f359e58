"""The benchmarks as one table: ours beside a bare twin, on this machine, now."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from support.bench import catalogue, machine
from support.bench.processes import BenchError
from support.bench.report import Row, as_json, failed, table
from support.bench.scale import FULL, SMALLEST
from support.bench.setup import Setup
from support.bench.understanding import tables


class Command(BaseCommand):
    """``manage.py bench [--only NAME] [--database-url URL] [--json F] [--ablation] [--smallest]``."""

    help = "Measures the installation beside a bare twin. Starts private processes on the loopback and stops them."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Everything is optional."""
        parser.add_argument("--only", choices=catalogue.names(), metavar="NAME", help=", ".join(catalogue.names()))
        parser.add_argument("--database-url", default="", help="a PostgreSQL server for scratch databases")
        parser.add_argument("--json", type=_writable, metavar="F", help="also write the rows to F")
        parser.add_argument("--ablation", action="store_true", help="also what each part of understanding adds")
        parser.add_argument("--smallest", action="store_true", help="only to see that the bench itself works")

    def handle(
        self, *, only: str | None, database_url: str, json: Path | None, ablation: bool, smallest: bool, **_: Any
    ) -> None:
        """Run and print. Status 1 when a benchmark gave no figure; a target that is missed is a row, not an error."""
        signal.signal(signal.SIGTERM, _stop)
        connections.close_all()
        before = machine.describe()
        setup = Setup(SMALLEST if smallest else FULL, database_url, self._say)
        rows = [row for name in ([only] if only else catalogue.names()) for row in self._run(name, setup)]
        self.stdout.write("\n" + ", ".join(f"{name} {value}" for name, value in before.items()))
        self.stdout.write("\n" + table(rows))
        if ablation:
            self.stdout.write("\n" + tables.understanding(setup))
        if json:
            json.write_text(as_json(rows, before))
        if any(row.target == "a figure" for row in rows):
            sys.exit(1)

    def _run(self, name: str, setup: Setup) -> list[Row]:
        case = catalogue.load(name)
        self._say(f"{name}: {case.TITLE}")
        try:
            return case.run(setup)
        except (BenchError, OSError, TimeoutError) as error:
            why = str(error) or type(error).__name__
            self.stderr.write(f"{name}: {why}")
            return [failed(name, why.splitlines()[0])]

    def _say(self, line: str) -> None:
        self.stderr.write(f"· {line}")


def _writable(text: str) -> Path:
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        raise ArgumentTypeError(f"{text} cannot be written")
    return path


def _stop(number: int, _frame: object) -> None:
    """SIGTERM unwinds like Ctrl-C does, so that every stack is stopped."""
    raise CommandError(f"stopped by signal {number}")
