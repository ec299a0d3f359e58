"""Figures and codes of the spending page as a reader in French expects them."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django import template

from support.console.words import tables

register = template.Library()
NARROW = "\u202f"


@register.filter
def usd(amount: Decimal) -> str:
    """1234.5 → « 1 234,50 $ »; less than a cent keeps what it has: « 0,0004 $ »."""
    digits = 2 if amount >= Decimal("0.01") or not amount else 4
    return f"{_spaced(f'{amount:,.{digits}f}')}\u00a0$"


@register.filter
def count(number: int) -> str:
    """1234 → « 1 234 »."""
    return _spaced(f"{number:,}")


@register.filter
def tail(identity: uuid.UUID) -> str:
    """The end of an id, enough to tell one from another."""
    return f"…{str(identity)[-8:]}"


@register.filter
def voice(code: str) -> str:
    """A tier's name; what is none stays as it is."""
    return str(tables()["voices"].get(code, code))


@register.filter
def verdict(code: str) -> str:
    """Why the guard refused."""
    return str(tables()["verdicts"].get(code, code))


def _spaced(number: str) -> str:
    return number.replace(",", NARROW).replace(".", ",")
