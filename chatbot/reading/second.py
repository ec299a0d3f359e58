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
    """The facts of both. Ours stand; one of theirs of which we read nothing is added, as unsure as they say.

    An identifier that both read alike is certain, but for those of letters and digits in any order, which both misread.
    """
    theirs = {one.type: one for one in second}
    ours = tuple(_confirmed(one, theirs.get(one.type), rules) for one in reading.entities())
    known = {one.type for one in ours}
    side = {"operator_tx_id"} if reading.ours else {"easytransfert_id", "amount_fcfa", "to_operator"}
    return (*ours, *(one for one in second if one.type not in known | side))


def _confirmed(own: Entity, other: Entity | None, rules: ReceiptRules) -> Entity:
    alike = other is not None and own.type in IDENTIFIERS and own.value == other.value
    return replace(own, confidence=CERTAIN) if alike and own.role not in rules.mixed else own
