"""The admin: everything in it is described by the console."""

from support.console import articles, claims, experiments, integration, lessons, people, records, team_admin, voices

__all__ = ["articles", "claims", "experiments", "integration", "lessons", "people", "records", "team_admin", "voices"]
