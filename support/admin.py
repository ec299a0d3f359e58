"""The admin: everything in it is described by the console."""

from support.console import (
    articles,
    claims,
    desk_admin,
    experiments,
    integration,
    lessons,
    people,
    records,
    team_admin,
    voices,
)

__all__ = [
    "articles",
    "claims",
    "desk_admin",
    "experiments",
    "integration",
    "lessons",
    "people",
    "records",
    "team_admin",
    "voices",
]
