"""Phone numbers as the console shows them until somebody asks, on the record, to see them whole."""

from __future__ import annotations

import re

_SEPARATOR = "[ .\u00a0\u202f-]?"
# Ivorian numbers (10 digits since January 2021: 01, 05, 07 mobile; 21, 25, 27 fixed), or any with its "+" or "00".
_LOCAL = rf"(?:(?:\+|00)?225{_SEPARATOR})?(?:0[157]|2[157])(?:{_SEPARATOR}\d){{8}}"
_FOREIGN = rf"(?:\+|00)[1-9](?:{_SEPARATOR}\d){{7,14}}"
_PHONE = re.compile(rf"(?<![\w.+-])(?:{_LOCAL}|{_FOREIGN})(?![\w-])")


def mask_number(number: str) -> str:
    """A number of which only the last four digits show."""
    digits = re.sub(r"\D", "", number)
    return f"•••• {digits[-4:]}" if len(digits) > 4 else "••••"


def mask_phones(text: str) -> str:
    """``text`` with every phone number in it masked; references and transaction ids stay readable."""
    return _PHONE.sub(lambda found: mask_number(found.group()), text)


def phones(text: str) -> list[tuple[int, int]]:
    """Where the numbers stand that ``mask_phones`` masks, as [start, end)."""
    return [found.span() for found in _PHONE.finditer(text)]
