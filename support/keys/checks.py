"""The system check: ``manage.py check --database default`` names a wrong INDEX_KEY, and ``migrate`` refuses it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from support.keys import mark


def connect() -> None:
    """Called once, when the app is ready."""
    register(index_key, Tags.database)


def index_key(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """An error when the database is written with another key. Remembers nothing."""
    if "default" not in (databases or ()):
        return []
    try:
        if not mark.is_marked() and mark.agrees(settings.INDEX_KEY) is False:
            raise mark.WrongKey(mark.OTHER)
    except mark.WrongKey as fault:
        return [Error(str(fault), id="support.E001")]
    except DatabaseError:  # no tables yet
        return []
    return []
