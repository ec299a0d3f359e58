"""What may leave the house of a customer's words: nothing that names, numbers or counts anything of theirs."""

from __future__ import annotations

import re

from chatbot.anonymise.masking import anonymise
from chatbot.anonymise.vault import Vault

NUMBER = re.compile(r"\w*\d[\w\s.,:/+-]*\d\w*|\w*\d\w*")


def outgoing(text: str) -> str:
    """A text in standard French with personal data, and every word that holds a digit, replaced by its kind."""
    masked, _ = anonymise(text, Vault())
    kinds = re.sub(r"\[([A-Z]+)_\d+\]", r"[\1]", masked)
    return NUMBER.sub("[NOMBRE]", kinds)
