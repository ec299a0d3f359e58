"""Spans no stage may rewrite: phones, ids, references, codes, addresses of the net, USSD, dates, hours, amounts."""

from __future__ import annotations

import re

from chatbot.forms.operator_id import find_operator_ids
from chatbot.forms.phone import find_phones
from chatbot.forms.reference import find_references

_PATTERNS = re.compile(
    r"""
      (?:https?://|www\.)\S+                                     # addresses of the net
    | (?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63})+                       # e-mails
    | (?<![\w\-])[\w\-]{1,63}\.(?:com|ci|net|org|fr|io|ly|me|app)(?:/\S*)?\b   # bare domains
    | [*\#][\d*]{1,40}\#                                              # USSD
    | \b\d{1,2}\s?[h:]\s?\d{2}\b                                 # hours
    | \b\d{1,4}[/.\-]\d{1,2}[/.\-]\d{2,4}\b                      # dates
    | \b[A-Z]{1,4}-\d{4,8}\b                                     # one-time codes: G-713302
    | \b[A-Z]{2,6}[ ]\d{3,8}\b                                   # codes written apart: CT 33815
    | (?<!@)\b(?!2m1\b)\d{1,3}(?:[mM]\d{1,3}|mil(?:le)?\d{3}|[kK]\d{1,3})\b   # sums in shorthand: 1m5, 12mil500, 7k5
    | \*{3,}                                                     # a secret already masked
    | \b(?=[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-Z0-9]{4,}\b          # capitals and digits mixed
    | \b(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{9,}\b
    | (?<![\w\-])[\w\-]{1,99}\.(?:jpe?g|png|pdf|mp4|webp)\b                    # file names
    """,
    re.VERBOSE,
)


def protected_spans(text: str) -> list[tuple[int, int]]:
    """Spans [start, end) to leave alone, merged and in order."""
    spans = [m.span() for m in _PATTERNS.finditer(text)]
    if any(c.isdigit() for c in text) or len(text) >= 17:
        spans += [(p.start, p.end) for p in find_phones(text)]
        spans += [(r.start, r.end) for r in find_references(text)]
        spans += [(i.start, i.end) for i in find_operator_ids(text)]
    return merge(spans)


_UNSPEAKABLE = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63})+|[*#][\d*]{1,40}#"
    r"|(?<![\w\-])[\w\-]{1,99}\.(?:jpe?g|png|pdf|mp4|webp)\b",
    re.IGNORECASE,
)


def unspeakable_spans(text: str) -> list[tuple[int, int]]:
    """Addresses, USSD codes and file names: digits inside them are no fact of the customer's."""
    return merge([m.span() for m in _UNSPEAKABLE.finditer(text)])


def merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same characters covered by the fewest spans, in order."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
