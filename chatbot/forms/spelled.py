"""Codes spelled out: "quatre huit un cinq", "4 huit 1 cinq", "quarante-huit quinze", "sept mille trois cent un"."""

from __future__ import annotations

import re

from chatbot.forms.number import HUNDREDS, MILLIONS, THOUSANDS, UNITS, value_of

ENGLISH = {
    "zero": 0, "oh": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9,
}  # fmt: skip
# Spellings by ear that are other words everywhere but in a run of digits, and words that repeat the next digit.
IN_A_RUN = {"in": 1, "deu": 2, "catre": 4, "katr": 4, "cat": 4, "senk": 5, "senq": 5, "zeros": 0, "o": 0}
REPEATS = {"double", "triple"}
_GROUPS = HUNDREDS | THOUSANDS | MILLIONS
_WORDS = "|".join(sorted({*UNITS, *ENGLISH, *IN_A_RUN, *REPEATS, *_GROUPS}, key=len, reverse=True))
_TOKEN = rf"(?:(?:{_WORDS})(?![a-z0-9])|\d{{1,3}}(?![a-z0-9]))"
# Between two digits: punctuation, invisible characters, key caps, "et", "puis".
MARKS = r"[ .,\-/_|+\ufe0f\u20e3\u200b-\u200d\u2060\ufeff]"
JOINT = rf"(?:{MARKS}{{1,3}}(?:(?:et|puis|ensuite|apres)[ \-])?)"
# Two tokens and more; whether they are a code is for `spells_a_code` to say.
RUN = rf"(?<![a-z0-9'])(?:{_TOKEN})(?:{JOINT}{_TOKEN}){{1,19}}(?![a-z'])"
_SPLIT = re.compile(JOINT)


def spells_a_code(run: str) -> bool:
    """Whether a run of number words and digits (folded text) is a code of four digits and more, and not a plain number.

    With "mille" or "cent" in it a run is one number: round ones are sums of money.
    """
    tokens = _SPLIT.split(run)
    if not any(t.isalpha() for t in tokens):
        return False
    if _GROUPS & set(tokens):
        return len(tokens) >= 3 and _number(tokens) % 50 != 0
    return sum(map(_width, tokens)) >= 4 and not _below_hundred([_value(t) for t in tokens])


def tokens_in(run: str) -> int:
    """How many words and digit groups a run has."""
    return len(_SPLIT.split(run))


def _number(tokens: list[str]) -> int:
    """The number of a run with "mille" or "cent", its digits included: "5 mille 521"."""
    plain = [t for t in tokens if t.isalpha()]
    tail = int(tokens[-1]) if tokens[-1].isdigit() else 0
    return value_of([t for t in plain if t not in REPEATS]) + tail


def _value(token: str) -> int:
    if token.isdigit():
        return int(token)
    return next((table[token] for table in (UNITS, ENGLISH, IN_A_RUN) if token in table), 0)


def _width(token: str) -> int:
    """Digits a token stands for."""
    return 1 if token in REPEATS else len(token) if token.isdigit() else len(str(_value(token)))


def _below_hundred(values: list[int]) -> bool:
    """'soixante quinze', 'quatre vingt douze': one number in two or three words."""
    if len(values) == 2:
        tens, rest = values
        return (tens in (20, 30, 40, 50, 60, 70, 80, 90) and rest < 10) or (tens in (60, 80) and 10 <= rest < 20)
    return len(values) == 3 and values[:2] == [4, 20] and values[2] < 20
