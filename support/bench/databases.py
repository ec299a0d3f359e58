"""A scratch database on a PostgreSQL server, dropped afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from support.bench.processes import BenchError


@contextmanager
def scratch_database(server: str) -> Iterator[str]:
    """The URL of a new, empty database on ``server``. Raises BenchError when the server is not to be had."""
    name = f"akwaba_bench_{secrets.token_hex(6)}"
    _on(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        _on(server, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _on(server: str, statement: sql.Composed) -> None:
    try:
        with psycopg.connect(server, autocommit=True, connect_timeout=5) as connection:
            connection.execute(statement)
    except psycopg.Error as error:
        raise BenchError(f"PostgreSQL: {str(error).splitlines()[0]}") from error
