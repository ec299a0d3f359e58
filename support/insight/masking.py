"""Keeps personal data out of the logs: by the name of a field, and by the look of a value."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

MASK = "[masqué]"
LONGEST_VALUE = 4000  # characters; a traceback fits, a message pasted into an error does not make a page of log

FORBIDDEN = frozenset(
    "text body content message phone msisdn number to from_ recipient sender profile_name display_name name_given"
    " token password pin otp secret signature authorization cookie identity identity_hmac value reply normalised"
    " headers params query query_string data payload attachments slots".split()
)
COUNTS_BELOW = 1000  # "number" is also the number of an attempt

_PHONE = re.compile(
    r"(?<![\w.-])(?:\+|00|%2B)?(?!\d{4}-\d\d-\d\d(?!\d)|\d+\.\d+(?![\d.]))\d(?:[ .\u00a0\u202f-]?\d){7,14}(?![\w-])",
    re.I,
)
_KEYED = re.compile(
    r"(?i)\b(token|password|pin|otp|secret|signature|authorization)(=|%3D|[\"']?: ?[\"']?)[^\s&\"',)}]+"
)
_LONG_DIGITS = re.compile(r"(?<![\w.-])\d{9,}(?![\w-])")
_KEEP = frozenset({"timestamp", "level", "logger", "message_id", "conversation", "attempt"})


def mask_event(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor. Forbidden fields lose their value; every other value is searched for personal data."""
    for name, value in event.items():
        if name not in _KEEP:
            event[name] = mask_field(name, value)
    return event


def mask_field(name: str, value: object) -> object:
    """``value`` as it may be logged under ``name``."""
    if name.lower() in FORBIDDEN:
        return value if name == "number" and isinstance(value, int) and 0 <= value < COUNTS_BELOW else MASK
    return mask_value(value)


def mask_value(value: object) -> object:
    """``value`` with everything that looks like a phone number, a long number or a credential masked."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, bool) or value is None or isinstance(value, float):
        return value
    if isinstance(value, int):
        return MASK if _LONG_DIGITS.fullmatch(str(value)) else value
    if isinstance(value, Mapping):
        return {str(key): mask_field(str(key), inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [mask_value(inner) for inner in value]
    return mask_text(str(value))


def mask_text(text: str) -> str:
    """``text`` cut to a bearable length, credentials and phone numbers masked."""
    short = text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE // 2]} … {text[-LONGEST_VALUE // 2 :]}"
    return _LONG_DIGITS.sub(MASK, _PHONE.sub(MASK, _KEYED.sub(rf"\1\2{MASK}", short)))
