"""What understanding costs, in a process of its own on one core: ``python -m … .probe N M``.

Prints one JSON object: seconds to load (imports included, model already trained), memory before and after in KiB, and
the seconds of every message of N rounds over the first M development messages (0: all).
"""

from __future__ import annotations

import json
import os
import sys
import time


def main(rounds: int, most: int) -> None:
    """Django first: what comes after is understanding's own."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    import django

    django.setup()
    from support.bench.processes import memory_kib

    bare = memory_kib(os.getpid())
    begun = time.perf_counter()
    from django.conf import settings

    from support.understanding import Reader

    reader = Reader(settings.BRAND, settings.VAR_DIR / "models")
    load = time.perf_counter() - begun
    from support.bench.understanding.exam import exams, request

    requests = [request(message) for message in exams(most)[0].gold]
    for one in requests:  # what is loaded on first use is loaded now
        reader.answer(one)
    used = memory_kib(os.getpid())
    took = []
    for one in requests * rounds:
        begun = time.perf_counter()
        reader.answer(one)
        took.append(time.perf_counter() - begun)
    print(json.dumps({"load": load, "bare_kib": bare, "used_kib": used, "took": took}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
