"""How a collected value is written on a screen."""

from __future__ import annotations

from chatbot.figures import francs
from support.console.masking import mask_phones


def shown(slot: str, value: str | int, *, whole_numbers: bool = False) -> str:
    """``value`` of the slot called ``slot``: amounts in francs, phone numbers masked unless ``whole_numbers``."""
    if isinstance(value, int):
        return francs(value) if "amount" in slot else str(value)
    return value if whole_numbers else mask_phones(value)
