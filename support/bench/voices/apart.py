"""Runs the rows of a part in a process of its own, on a private database and Redis."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from importlib import import_module

from django.conf import settings

from support.bench import stack
from support.bench.processes import BenchError
from support.bench.report import Row


def rows_of(part: str, **arguments: int) -> list[Row]:
    """``support.bench.voices.<part>.rows(**arguments)``, elsewhere. Raises BenchError."""
    code = f"import django; django.setup(); from support.bench.voices import apart; apart.tell({part!r}, {arguments!r})"
    with stack.ours(web=False) as house:
        found = subprocess.run(
            [sys.executable, "-c", code],
            cwd=settings.BASE_DIR,
            env=house.env,
            capture_output=True,
            text=True,
            check=False,
        )
    if found.returncode:
        raise BenchError(f"{part}: {found.stderr.strip().splitlines()[-1]}")
    return [Row(**row) for row in json.loads(found.stdout.splitlines()[-1])]


def tell(part: str, arguments: Mapping[str, int]) -> None:
    """The rows as a line of JSON, for the process that asked."""
    found = import_module(f"support.bench.voices.{part}").rows(**arguments)
    sys.stdout.write(json.dumps([asdict(row) for row in found]) + "\n")
