"""What must be free before anything starts: the folder and the port."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class CannotServe(Exception):
    """Why nothing was started; the text is for the person at the keyboard."""


@contextmanager
def only_one(var_dir: Path) -> Iterator[None]:
    """Hold the folder's lock. Raises CannotServe when another ``serve`` has it; the kernel frees it on any death."""
    with (var_dir / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise CannotServe(
                f"Akwaba already runs in {var_dir} (process {holder}). Stop it, or set VAR_DIR to another folder."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def check_port(host: str, port: int) -> None:
    """Raises CannotServe when ``host``:``port`` cannot be listened on."""
    if not 0 < port < 65536:
        raise CannotServe(f"PORT must be between 1 and 65535, not {port}.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise CannotServe(f"HOST {host!r} is not an address of this machine.") from error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise CannotServe(_why(error, host, port)) from error


def _why(error: OSError, host: str, port: int) -> str:
    reasons = {
        errno.EADDRINUSE: f"Port {port} is taken by another program. Choose one: make run PORT={port + 1}",
        errno.EACCES: f"Port {port} needs rights this user does not have. Choose one above 1023.",
        errno.EADDRNOTAVAIL: f"HOST {host!r} is not an address of this machine.",
    }
    return reasons.get(error.errno or 0, f"Cannot listen on {host}:{port}: {error.strerror}.")
