"""Case numbers a customer can say aloud: AK, three digits, four digits, the last of which checks the others."""

from __future__ import annotations

import secrets

from support.models import Claim

# Damm's algorithm (H. M. Damm, 2004): finds every single wrong digit and every swap of neighbours.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(digits: str) -> int:
    """The digit that makes ``digits`` followed by it check to zero."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def new() -> str:
    """A number no claim has yet. The unique column settles a race for one, and the turn is taken again."""
    while True:
        digits = f"{secrets.randbelow(1_000_000):06d}"
        number = f"AK-{digits[:3]}-{digits[3:]}{check_digit(digits)}"
        if not Claim.objects.filter(number=number).exists():
            return number


def is_valid(number: str) -> bool:
    """Whether a number someone said or typed can be one of ours."""
    digits = number.upper().removeprefix("AK").replace("-", "").replace(" ", "")
    return len(digits) == 7 and digits.isascii() and digits.isdigit() and check_digit(digits) == 0
