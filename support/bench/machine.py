"""On what machine and with which versions a table was made."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version

from support.supervisor import redis_server

LIBRARIES = ("django", "channels", "channels-redis", "daphne", "celery", "redis", "psycopg")


def describe() -> dict[str, str]:
    """Name → value, ready to be printed."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    server = subprocess.run([redis_server.binary(), "--version"], capture_output=True, text=True, check=True)
    return {
        "cores": str(cores),
        "load before": f"{os.getloadavg()[0]:.2f}",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "redis server": server.stdout.split(" sha=")[0].strip(),
        **{library: version(library) for library in LIBRARIES},
    }
