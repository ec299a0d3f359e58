"""The admin: everything in it is described by the console."""

from support.console import articles, claims, desk_admin, experiments, integration, people, records, voices

__all__ = ["articles", "claims", "desk_admin", "experiments", "integration", "people", "records", "voices"]
