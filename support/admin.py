"""The admin: everything in it is described by the console."""

from support.console import people, records

__all__ = ["people", "records"]
