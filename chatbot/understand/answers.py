"""Answers to a menu: the digit or the words of an option, read as that option's text."""

from __future__ import annotations

import re

from chatbot.understand.asked import Asked

_DIGITS = re.compile(
    r"\s*(?:le |la |option |choix |num(?:ero)? |n° ?|c'est le |tape )?(\d)(?:\ufe0f?\u20e3)?\s*[.!)]?\s*\Z",
    re.IGNORECASE,
)
_WORDS = {
    **dict.fromkeys(("un", "premier", "premiere", "première"), "1"),
    **dict.fromkeys(("deux", "deuxieme", "deuxième"), "2"),
    **dict.fromkeys(("trois", "troisieme", "troisième"), "3"),
    "quatre": "4",
    "cinq": "5",
}


def chosen_option(text: str, asked: Asked) -> tuple[str, tuple[int, int]] | None:
    """The option a bare digit (or its word) picks, and the span of the digit; None when there is no such answer."""
    if not asked.options:
        return None
    match = _DIGITS.match(text)
    if match:
        return _option(match.group(1), asked, match.span(1))
    word = re.fullmatch(r"\s*(?:le |la )?(\w+)\s*[.!]?\s*", text)
    if word and (digit := _WORDS.get(word.group(1).lower())):
        return _option(digit, asked, word.span(1))
    return None


def _option(digit: str, asked: Asked, span: tuple[int, int]) -> tuple[str, tuple[int, int]] | None:
    return next(((label, span) for mark, label in asked.options if mark == digit), None)
