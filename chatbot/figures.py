"""How French is set for customers: amounts, phone numbers, and punctuation that keeps to its word."""

from __future__ import annotations

import re

YES = "true"  # the value of a slot that only says something is so
THIN = "\u202f"  # narrow no-break space: an amount never breaks over two lines


_BEFORE = re.compile(r" (?=[»?!;:])")
_AFTER = re.compile(r"(?<=«) ")


def typeset(text: str) -> str:
    """French punctuation keeps to its word: the spaces before » ? ! ; : and after « do not break. Idempotent."""
    return _AFTER.sub("\u00a0", _BEFORE.sub("\u00a0", text))


def francs(amount: int) -> str:
    """« 50 000 FCFA »."""
    return f"{amount:,}".replace(",", THIN) + "\u00a0FCFA"


def phone(number: str) -> str:
    """« 07 00 56 71 03 » for an Ivorian number of ten digits; anything else as it stands."""
    national = number.removeprefix("+225")
    if len(national) == 10 and national.isdigit():
        return " ".join(national[start : start + 2] for start in range(0, 10, 2))
    return number


def written(slot: str, value: str | int) -> str:
    """A slot's value as a customer reads it."""
    if isinstance(value, int):
        return francs(value)
    if value == YES:
        return "oui"
    return phone(value) if slot.endswith("msisdn") else value
