"""The admin: everything in it is described by the console."""

from support.console import articles, claims, integration, people, records

__all__ = ["articles", "claims", "integration", "people", "records"]
