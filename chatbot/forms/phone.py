"""Phone numbers of Côte d'Ivoire in every written form, and foreign ones in international form."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers

from chatbot.forms.spans import Taken

# Separators people put between groups; a line break is none, or two answers of a list would melt together.
_SEP = r"[ \u00a0\u202f.\-–_/]{0,2}"
# A zero typed as the letter O, unless a word goes on.
_D = r"(?:\d|[Oo](?![A-NP-Za-np-z]))"
# A number may stand glued to the word before it: "au07 00 11 22 33".
_START = r"(?:(?<![\w+])(?<!\d\.)|(?<=\b[Aa]u)|(?<=\b[Tt]el)|(?<=\b[Nn]um)|(?<=\b[Ss]ur))"
_INTERNATIONAL = rf"(?:(?:\+|00)[ ]?225|225){_SEP}"
# 01 Moov, 05 MTN, 07 Orange; 21, 25, 27 fixed lines (national plan of 31 January 2021).
_IVORIAN = re.compile(
    rf"{_START}(?:{_INTERNATIONAL})?(?:\(0\))?(?:[0Oo] ?[157](?:{_SEP}{_D}){{8}}"
    rf"|2[157]{_SEP}[23](?:{_SEP}\d){{7}})(?![\d]|[.,]\d|[A-Za-z]\d)"
)
_FOREIGN = re.compile(r"(?<![\w+.])(?:\+|00)[1-9]\d{0,2}(?:[ .\-/()]{0,2}\d){6,12}(?!\d)")
# Eight digits in pairs: the numbering before January 2021.
_OLD = re.compile(r"(?<![\w+.,])\d{2}([ .\-/])\d{2}\1\d{2}\1\d{2}(?![\d]|[ .\-/]\d|\w)")


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as E.164, or its eight digits when it is of the old plan and cannot be completed."""

    start: int
    end: int
    number: str


def find_phones(text: str) -> list[Phone]:
    """Phones in reading order, not overlapping. Digits alone in a row count only with an Ivorian prefix."""
    found: list[Phone] = []
    taken = Taken(len(text))
    for pattern, canonical in ((_IVORIAN, _ivorian), (_FOREIGN, _foreign), (_OLD, _digits)):
        for match in pattern.finditer(text):
            number = canonical(match.group())
            if number and taken.claim(*match.span()):
                found.append(Phone(match.start(), match.end(), number))
    return sorted(found, key=lambda p: p.start)


_ZERO = str.maketrans("Oo", "00")


def _digits(written: str) -> str:
    return re.sub(r"\D", "", written)


def _ivorian(written: str) -> str:
    return "+225" + _digits(written.translate(_ZERO))[-10:]


def _foreign(written: str) -> str | None:
    digits = _digits(written)
    if written.startswith("00"):
        digits = digits[2:]
    try:
        number = phonenumbers.parse("+" + digits, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
