"""A second reader beside our own: when it is asked, and what of its answer is added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chatbot.reading.agree import CERTAIN, IDENTIFIERS, Reading
from chatbot.reading.rules import ReceiptRules
from chatbot.types import Entity


def is_unsure(reading: Reading) -> bool:
    """Whether it is a receipt, by what was read of it, of which no identifier is certain.

    A picture that shows no sign of one is not: what a customer sends beside the matter is nobody's to read.
    """
    if not (reading.facts or reading.ours or reading.operator):
        return False
    return not any(fact.certain for fact in reading.facts if fact.name in IDENTIFIERS)


def added(reading: Reading, second: Sequence[Entity], rules: ReceiptRules) -> tuple[Entity, ...]:
    """The facts of both. What we are certain of stands; what we read nothing of is added, as unsure as they say.

    An identifier that we read badly gives way to theirs. One that both read alike is certain, but for those of letters
    and digits in any order, which both may misread alike.
    """
    theirs = {one.type: one for one in second}
    ours = tuple(_settled(one, theirs.get(one.type), rules) for one in reading.entities())
    known = {one.type for one in ours}
    side = {"operator_tx_id"} if reading.ours else {"easytransfert_id", "amount_fcfa", "to_operator"}
    return (*ours, *(one for one in second if one.type not in known | side))


def _settled(own: Entity, other: Entity | None, rules: ReceiptRules) -> Entity:
    if other is None or own.type not in IDENTIFIERS or own.confidence >= CERTAIN:
        return own
    alike = own.value == other.value and own.role not in rules.mixed
    return replace(own, confidence=CERTAIN) if alike else other
