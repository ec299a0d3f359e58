"""The admin: everything in it is described by the console."""

from support.console import articles, people, records

__all__ = ["articles", "people", "records"]
