"""One recogniser a kind of personal data; each yields spans of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from chatbot.anonymise.addresses import Addresses
from chatbot.anonymise.names import Names
from chatbot.forms.operator_id import find_operator_ids
from chatbot.forms.phone import find_phones
from chatbot.forms.reference import find_references

Span = tuple[int, int]


class Recogniser(Protocol):
    """Finds one kind of personal data."""

    kind: str

    def find(self, text: str) -> Iterator[Span]:
        """Spans [start, end) in characters of the text."""
        ...


class Emails:
    """Addresses of electronic mail."""

    kind = "EMAIL"
    _pattern = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63})+")

    def find(self, text: str) -> Iterator[Span]:
        """E-mail addresses, without a full stop that ends the sentence."""
        for match in self._pattern.finditer(text):
            yield match.start(), match.start() + len(match.group().rstrip("."))


class References:
    """EasyTransfert references, bare ones of today's form included."""

    kind = "REF"

    def find(self, text: str) -> Iterator[Span]:
        """References with a prefix, and eight bare digits that start like today's."""
        for reference in find_references(text):
            if reference.marked or reference.value[4] in "23":
                yield reference.start, reference.end


class OperatorIds:
    """Transaction ids whose form shows what they are; bare digits that are no phone."""

    kind = "ID"

    def find(self, text: str) -> Iterator[Span]:
        """Operator ids of sending and receiving side alike."""
        for identifier in find_operator_ids(text):
            yield identifier.start, identifier.end


class Phones:
    """Telephone numbers, Ivorian and international."""

    kind = "TEL"

    def find(self, text: str) -> Iterator[Span]:
        """Phones in any spelling."""
        for phone in find_phones(text):
            yield phone.start, phone.end


# In order of certainty: an earlier one takes its characters first.
RECOGNISERS: tuple[Recogniser, ...] = (Emails(), References(), Phones(), OperatorIds(), Names(), Addresses())
