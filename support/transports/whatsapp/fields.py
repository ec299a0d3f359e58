"""One field of a Twilio post at a time: read, checked, canonical, or refused by name."""

from __future__ import annotations

import re

import phonenumbers
from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict

MAX_TEXT = 16_384  # WhatsApp lets a customer write 4,096 characters; beyond four times that it is no message
TEXT_FIELDS = ("Body", "ButtonText", "ListTitle", "ButtonPayload", "ListId")


class BadPayload(Exception):
    """``field`` of a signed post does not hold what Twilio documents."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is missing or malformed")
        self.field = field


class UnknownShape(Exception):
    """A well-formed post that is no customer's message we can read: another channel, an event, a reaction."""


def form(body: bytes) -> QueryDict:
    """The fields of a form post, always read as UTF-8. Raises BadPayload when there are too many."""
    try:
        return QueryDict(body, encoding="utf-8")
    except SuspiciousOperation as error:
        raise BadPayload("body") from error


def matching(fields: QueryDict, name: str, pattern: re.Pattern[str], default: str | None = None) -> str:
    """The field, which must match ``pattern`` as a whole. Raises BadPayload."""
    value = fields.get(name, default)
    if value is None or not pattern.fullmatch(value):
        raise BadPayload(name)
    return value


def number(fields: QueryDict, name: str) -> str:
    """The E.164 number of "whatsapp:+2250700000001". Raises BadPayload, UnknownShape for another channel."""
    address = fields.get(name, "")
    channel, _, digits = address.partition(":")
    if not address or len(address) > 64:
        raise BadPayload(name)
    if channel != "whatsapp":
        raise UnknownShape(f"{name} is not on WhatsApp")
    try:
        parsed = phonenumbers.parse(digits.strip(), None)
    except phonenumbers.NumberParseException as error:
        raise BadPayload(name) from error
    if not phonenumbers.is_possible_number(parsed):
        raise BadPayload(name)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def text(fields: QueryDict) -> str:
    """What was written, or the words of the button that was tapped. Raises BadPayload when it is absurdly long."""
    for name in TEXT_FIELDS:
        if len(fields.get(name, "")) > MAX_TEXT:
            raise BadPayload(name)
    return next((value for name in TEXT_FIELDS if (value := fields.get(name, "")).strip()), "")


def count(fields: QueryDict, name: str, most: int) -> int:
    """A small number in digits; absent is 0. Raises BadPayload."""
    value = fields.get(name, "") or "0"
    if not (len(value) <= 4 and value.isascii() and value.isdigit() and int(value) <= most):
        raise BadPayload(name)
    return int(value)


def degrees(fields: QueryDict, name: str, most: int) -> float:
    """A coordinate between -most and most. Raises BadPayload."""
    try:
        value = float(fields.get(name, "")[:32])
    except ValueError as error:
        raise BadPayload(name) from error
    if not -most <= value <= most:
        raise BadPayload(name)
    return value


def printable(fields: QueryDict, name: str, most: int) -> str:
    """A line for people to read: no control characters, single spaces, at most ``most`` characters."""
    value = fields.get(name, "")[: most * 4]
    return " ".join("".join(each if each.isprintable() else " " for each in value).split())[:most]
