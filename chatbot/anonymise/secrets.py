"""Masks PINs, one-time codes, passwords and card numbers: the first function that sees a customer's text."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.forms.secret import MASK, answering, find_secrets


def mask_secrets(text: str, asked: Sequence[str] = ()) -> str:
    """The text with every secret replaced by ``****``; nothing can bring it back.

    ``asked`` holds the slots or questions the customer is answering: bare digits after one about a sum, a pot's code or
    (six and more) an id or number are its answer. A code that is named as secret is masked whatever was asked.
    """
    out: list[str] = []
    position = 0
    for start, end in find_secrets(text, answering(asked)):
        out += (text[position:start], MASK)
        position = end
    return "".join((*out, text[position:]))
