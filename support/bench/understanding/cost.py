"""Rows for time, load and memory, each measured in fresh processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from django.conf import settings

from support.bench.figures import median, milliseconds
from support.bench.processes import TAIL, BenchError
from support.bench.report import Row, at_most

PROCESSES = 3
# One core means one: the libraries of linear algebra would take more.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def rows(rounds: int, most: int) -> list[Row]:
    """Load and memory are the middle ones of three processes; the times of messages are taken together."""
    probes = [_probe(rounds, most) for _ in range(min(PROCESSES, rounds))]
    took = [seconds for probe in probes for seconds in probe["took"]]
    return [
        at_most(2, "one message, p50", milliseconds(took, 0.5), "ms"),
        at_most(5, "one message, p95", milliseconds(took, 0.95), "ms"),
        at_most(1, "load, model trained", median([probe["load"] for probe in probes]), "s"),
        at_most(
            150, "memory above bare Django", median([(p["used_kib"] - p["bare_kib"]) / 1024 for p in probes]), "MiB"
        ),
    ]


def _probe(rounds: int, most: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "support.bench.understanding.probe", str(rounds), str(most)],
        cwd=settings.BASE_DIR, env={**os.environ, **ONE_THREAD, "DJANGO_SETTINGS_MODULE": "support.settings"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BenchError(f"the probe failed:\n{done.stderr[-TAIL:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))
