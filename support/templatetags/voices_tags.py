"""Figures and codes of the spending page as a reader in French expects them."""

from __future__ import annotations

import uuid

from django import template

from support.console import values, words

register = template.Library()
register.filter("usd", values.usd)
register.filter("count", values.count)


@register.filter
def tail(identity: uuid.UUID) -> str:
    """The end of an id, enough to tell one from another."""
    return f"…{str(identity)[-8:]}"


@register.filter
def code(name: str, table: str) -> str:
    """The French of a code."""
    return words.code(table, name)
