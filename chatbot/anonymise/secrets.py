"""Masks PINs, one-time codes, passwords and card numbers: the first function that sees a customer's text."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.forms.secret import MASK, find_secrets


def mask_secrets(text: str, asked: Sequence[str] = ()) -> str:
    """The text with every secret replaced by ``****``; nothing can bring it back.

    ``asked`` holds the slots or questions the customer is answering: after one about an amount, bare digits are a sum.
    """
    amount_asked = any("montant" in question.casefold() or "amount" in question for question in asked)
    out: list[str] = []
    position = 0
    for start, end in find_secrets(text, amount_asked):
        out += (text[position:start], MASK)
        position = end
    return "".join((*out, text[position:]))
