"""Many rows at once: COPY on PostgreSQL, plain INSERTs elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models
from psycopg import sql

BATCH = 2_000


def insert(rows: Iterable[models.Model]) -> None:
    """Store unsaved rows of one model, as ``bulk_create`` would."""
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        model = type(batch[0])
        if connection.vendor == "postgresql":
            _copy(model, batch)
        else:
            model._default_manager.bulk_create(batch)  # noqa: SLF001


def _copy(model: type[models.Model], batch: Sequence[models.Model]) -> None:
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.BigAutoField)]  # noqa: SLF001
    columns = sql.SQL(", ").join(sql.Identifier(field.column) for field in fields)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), columns)  # noqa: SLF001
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in batch:
            copy.write_row([_value(field, row) for field in fields])


def _value(field: models.Field[Any, Any], row: models.Model) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add=True), connection)
