"""The admin: everything in it is described by the console."""

from support.console import claims, integration, people, records

__all__ = ["claims", "integration", "people", "records"]
