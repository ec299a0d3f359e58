"""Whether all the conditions of a rule hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chatbot.watch import plain_text
from support.rules.facts import Facts
from support.rules.vocabulary import Conditions

Reader = Callable[[str], str]


def holds(wanted: Conditions, facts: Facts, standard: Reader) -> bool:
    """``standard`` reads a text in standard French, empty when it reads the same."""
    case = facts.case
    lists = (
        (wanted.reasons, case.reason), (wanted.kinds, case.kind), (wanted.senders, case.from_operator),
        (wanted.receivers, case.to_operator), (wanted.channels, case.conversation.channel), (wanted.moods, facts.mood),
    )  # fmt: skip
    amount = case.card.get("amount_fcfa")
    return (
        all(not allowed or value in allowed for allowed, value in lists)
        and (wanted.amount is None or (isinstance(amount, int) and amount >= wanted.amount))
        and (wanted.claims is None or facts.claims >= wanted.claims)
        and (wanted.score is None or (facts.score is not None and facts.score <= wanted.score))
        and (not wanted.closed or facts.closed)
        and (not wanted.words or _says(wanted.words, facts.texts, standard))  # last: it is the dearest
    )


def _says(words: Iterable[str], texts: Iterable[str], standard: Reader) -> bool:
    """Whole words, accents and case aside, in what was written or in how the assistant reads it."""
    sought = [f" {plain_text(word)} " for word in words]
    for text in texts:
        if any(word in f" {plain_text(text)} " for word in sought):
            return True
        if any(word in f" {plain_text(standard(text))} " for word in sought):
            return True
    return False
