"""Takes personal data out of a text: secrets for good, everything else into the conversation's vault."""

from __future__ import annotations

from chatbot.anonymise.recognisers import RECOGNISERS
from chatbot.anonymise.secrets import mask_secrets
from chatbot.anonymise.vault import Vault
from chatbot.forms.operator_id import find_operator_ids
from chatbot.forms.spans import Taken


def anonymise(text: str, vault: Vault) -> tuple[str, Vault]:
    """The text with placeholders such as ``[TEL_1]``, and the vault (the same object) that can restore them."""
    safe = mask_secrets(text)
    out: list[str] = []
    position = 0
    for start, end, kind in personal_spans(safe):
        out += (safe[position:start], vault.keep(kind, safe[start:end]))
        position = end
    return "".join((*out, safe[position:])), vault


def personal_spans(text: str) -> list[tuple[int, int, str]]:
    """Start, end and kind of every piece of personal data, in order, not overlapping."""
    taken = Taken(len(text))
    # A wave or Orange id may hold what looks like a phone: whole ids go first.
    lettered = [i for i in find_operator_ids(text) if i.kind != "digits"]
    found = [(i.start, i.end, "ID") for i in lettered if taken.claim(i.start, i.end)]
    for recogniser in RECOGNISERS:
        found += [(s, e, recogniser.kind) for s, e in recogniser.find(text) if taken.claim(s, e)]
    return sorted(found)
