"""How a collected value is written on a screen."""

from __future__ import annotations

from support.console.masking import mask_phones

THIN_SPACE = "\u202f"


def shown(slot: str, value: str | int, *, whole_numbers: bool = False) -> str:
    """``value`` of the slot called ``slot``: amounts in francs, phone numbers masked unless ``whole_numbers``."""
    if isinstance(value, int):
        return f"{value:,} FCFA".replace(",", THIN_SPACE) if "amount" in slot else str(value)
    return value if whole_numbers else mask_phones(value)
