"""Emptying the database between two tests: only the tables with rows, and nothing that Django would only write anew.

Django's own flush goes through all tables, on PostgreSQL with a TRUNCATE of each, and then puts back the content types
and permissions of every model, which took longer than most tests.
"""

from __future__ import annotations

from django.db import IntegrityError, connection
from django.test import TransactionTestCase

ATTEMPTS = 5
OF_THE_SCHEMA = {"django_migrations", "django_content_type", "auth_permission"}  # made by migrating, the same for all


def empty_between_tests() -> None:
    """From now on tests that commit leave the database by ``empty``."""
    TransactionTestCase._fixture_teardown = lambda self: empty()  # type: ignore[method-assign]


def empty() -> None:
    """Delete every row that a test wrote, in one transaction; checks of references wait for its end.

    A thread that a test left behind may write meanwhile, into a table that had no row a moment ago: then once more.
    """
    for _ in range(ATTEMPTS):
        try:
            if not _delete():
                return
        except IntegrityError:
            continue
    _delete()


def _delete() -> bool:
    """Whether there was anything to delete."""
    rows = with_rows()
    if rows:
        connection.ops.execute_sql_flush([f"DELETE FROM {connection.ops.quote_name(name)}" for name in rows])
    return bool(rows)


def with_rows() -> list[str]:
    """The tables that hold rows, in one query."""
    tables = sorted(set(connection.introspection.django_table_names(include_views=False)) - OF_THE_SCHEMA)
    asked = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(name)})" for name in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [name for (name,) in cursor.fetchall()]
