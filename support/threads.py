"""The few threads in which the web process talks to the database and to Redis, each with its own lasting connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

MAX_THREADS = 8

P = ParamSpec("P")
T = TypeVar("T")
_executor = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="db")


async def run_in_db_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """``function(*args, **kwargs)`` in a database thread, so that the event loop never waits for a query."""

    def work() -> T:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_executor, work)
