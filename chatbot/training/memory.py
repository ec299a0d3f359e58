"""How much memory a process took at most."""

from __future__ import annotations

import resource
import sys


def peak_mib() -> dict[str, float]:
    """MiB at the peak: of the process, and of the GPU where torch used one."""
    taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = {"process": round(taken / (2**20 if sys.platform == "darwin" else 2**10), 1)}  # bytes there, KiB elsewhere
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        peak["gpu"] = round(torch.cuda.max_memory_allocated() / 2**20, 1)
    return peak
