"""Makes a child die with its parent, however the parent dies: no orphan may hold the port or the database."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with(parent: int) -> Callable[[], None] | None:
    """A ``preexec_fn``: the kernel kills the child when the thread that started it ends. None where there is no prctl.

    The signal is SIGKILL, since nobody is left to wait for a slow goodbye; leases and SQLite's journal bear it.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl  # looked up here: the child of a fork should do little

    def arm() -> None:
        if prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl refused PR_SET_PDEATHSIG")
        if os.getppid() != parent:  # it died between the fork and the line above
            os._exit(1)

    return arm
