"""Instants as whole microseconds, worked out by the database: a hundred thousand datetimes read one by one are slow."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import BigIntegerField, Func

MICROS = 1_000_000
QUARTER = 900 * MICROS  # hours and days of every time zone begin on a quarter of an hour


class Micros(Func):
    """Microseconds since 1970 of a column of instants."""

    template = "(EXTRACT(EPOCH FROM %(expressions)s) * 1000000)::bigint"
    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite keeps instants as text: seconds, and six digits or none."""
        return self.as_sql(compiler, connection, template=_SQLITE, **context)


class Quarter(Micros):
    """The quarter of an hour in which an instant lies, counted from 1970."""

    def as_sql(self, *args: Any, **context: Any) -> Any:
        """Whole numbers divided leave a whole number in both databases."""
        sql, params = super().as_sql(*args, **context)
        return f"({sql} / {QUARTER})", params


_SQLITE = (
    "(CAST(STRFTIME('%%%%s', SUBSTR(%(expressions)s, 1, 19)) AS INTEGER) * 1000000"  # or .9996 s would be rounded up
    " + CAST(SUBSTR(%(expressions)s, 21, 6) AS INTEGER))"
)


def instant(micros: int) -> datetime:
    """The datetime back."""
    seconds, rest = divmod(micros, MICROS)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


def start(quarter: int) -> datetime:
    """When a quarter of an hour begins."""
    return instant(quarter * QUARTER)
