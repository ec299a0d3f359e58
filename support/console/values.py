"""How collected values and figures are written on a screen."""

from __future__ import annotations

from decimal import Decimal

from chatbot.figures import francs
from support.console.masking import mask_phones


def shown(slot: str, value: str | int, *, whole_numbers: bool = False) -> str:
    """``value`` of the slot called ``slot``: amounts in francs, phone numbers masked unless ``whole_numbers``."""
    if isinstance(value, int):
        return francs(value) if "amount" in slot else str(value)
    return value if whole_numbers else mask_phones(value)


NARROW = "\u202f"


def usd(amount: Decimal) -> str:
    """1234.5 → « 1 234,50 $ »; less than a cent keeps what it has: « 0,0004 $ »."""
    digits = 2 if amount >= Decimal("0.01") or not amount else 6
    figure = f"{amount:,.{digits}f}"
    return f"{_french(figure.rstrip('0') if digits > 2 else figure)}\u00a0$"


def count(number: int) -> str:
    """1234 → « 1 234 »."""
    return _french(f"{number:,}")


def counted(number: int, what: str) -> str:
    """ "1 appel", « 1 234 appels »."""
    return f"{count(number)} {what}{'s' if number > 1 else ''}"


def _french(number: str) -> str:
    return number.replace(",", NARROW).replace(".", ",")
