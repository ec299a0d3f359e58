"""The admin: everything in it is described by the console."""

from support.console import (
    articles,
    claims,
    desk_admin,
    desk_page,
    desk_records,
    experiments,
    integration,
    journal,
    lessons,
    people,
    records,
    rules,
    teams,
    voices,
)

__all__ = [
    "articles",
    "claims",
    "desk_admin",
    "desk_page",
    "desk_records",
    "experiments",
    "integration",
    "journal",
    "lessons",
    "people",
    "records",
    "rules",
    "teams",
    "voices",
]
