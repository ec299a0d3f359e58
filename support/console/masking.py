"""Phone numbers as the console shows them until somebody asks, on the record, to see them whole."""

from __future__ import annotations

import re
from collections.abc import Iterable

from chatbot.forms.phone import find_phones

FEWEST_DIGITS = 7  # of a number in which a zero may be typed as the letter O
_SEPARATOR = "[ .\u00a0\u202f-]?"
# Ivorian numbers (10 digits since January 2021: 01, 05, 07 mobile; 21, 25, 27 fixed), or any with its "+" or "00".
_LOCAL = rf"(?:(?:\+|00)?225{_SEPARATOR})?\(?(?:0[157]|2[157])\)?(?:{_SEPARATOR}\d){{8}}"
_FOREIGN = rf"(?:\+|00)[1-9](?:{_SEPARATOR}\d){{7,14}}"
_PHONE = re.compile(rf"(?<![\w.+-])(?:{_LOCAL}|{_FOREIGN})(?![\w-])")
_DATE = re.compile(r"\d\d([./-])\d\d\1(?:19|20)\d\d(?!\d)")
_REFERENCE = re.compile(r"(?i)\bEFB[ .:-]*$")
Span = tuple[int, int]


def mask_number(number: str) -> str:
    """A number of which only the last four digits show."""
    digits = re.sub(r"\D", "", number)
    return f"•••• {digits[-4:]}" if len(digits) > 4 else "••••"


def mask_phones(text: str) -> str:
    """``text`` with every phone number in it masked; references and transaction ids stay readable."""
    shown, done = "", 0
    for start, end in phones(text):
        shown += text[done:start] + mask_number(text[start:end])
        done = end
    return shown + text[done:]


def mask_name(name: str) -> str:
    """The name of a file, in which words and numbers are often joined by underlines."""
    masked = mask_phones(spaced := name.replace("_", " "))
    return name if masked == spaced else masked


def phones(text: str) -> list[Span]:
    """Where the numbers stand that ``mask_phones`` masks, as [start, end): what looks like one, and what the assistant
    would read as one."""
    if sum(map(str.isdigit, text)) < FEWEST_DIGITS:
        return []
    found = [match.span() for match in _PHONE.finditer(text)]
    found += [(each.start, each.end) for each in find_phones(text)]
    return _joined(span for span in found if not _DATE.match(text, span[0]) and not _REFERENCE.search(text[: span[0]]))


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
