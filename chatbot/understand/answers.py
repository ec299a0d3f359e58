"""Answers to a menu: the digit or the words of an option, read as that option's text."""

from __future__ import annotations

import re

from chatbot.understand.asked import Asked

_DIGITS = re.compile(r"\s*(?:le |la |option |choix |num(?:ero)? |n° ?|c'est le |tape )?(\d)(?:\ufe0f?\u20e3)?\s*[.!)]?\s*\Z", re.IGNORECASE)
_WORDS = {"un": "1", "deux": "2", "trois": "3", "quatre": "4", "cinq": "5", "premier": "1", "premiere": "1", "première": "1",
          "deuxieme": "2", "deuxième": "2", "troisieme": "3", "troisième": "3"}  # fmt: skip


def chosen_option(text: str, asked: Asked) -> tuple[str, tuple[int, int]] | None:
    """The option a bare digit (or its word) picks, and the span of the digit; None when the message is no such answer."""
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
