"""A customer's fact sheet: the kind of case, its facts, which one is first told wrong, and what cannot be found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from chatbot.dialogue.specs import FlowSpec
from chatbot.figures import YES
from chatbot.simulation.shapes import (
    new_amount,
    new_operator_id,
    new_phone,
    new_pot_code,
    new_reference,
)

NETWORKS = ("Wave", "Orange", "MTN", "Moov", "Trésor")
OFTEN = (5, 4, 3, 2, 1)  # how often each is met
PHOTO = "envoyée"  # what a document slot holds once a picture was sent
IDS = ("operator_tx_id", "easytransfert_id", "cotisation_code")
SLIPS = ("easytransfert_id", "operator_tx_id", "to_operator", "amount_fcfa", "right_msisdn", "receiving_msisdn")
Value = str | int


@dataclass(frozen=True, slots=True)
class Sheet:
    """``facts`` is what is true of the case, ``needed`` what a claim must hold, ``offered`` what is added unasked.

    ``slip`` is a slot and the wrong value it is first given; ``lost`` what the customer does not have any more; ``due``
    the reason for which a person must be called as soon as the story is told.
    """

    kind: str
    facts: Mapping[str, Value]
    needed: tuple[str, ...]
    offered: tuple[str, ...] = ()
    slip: tuple[str, Value] | None = None
    lost: frozenset[str] = field(default_factory=frozenset)
    due: str | None = None

    def told_first(self, slot: str) -> Value:
        """The value a slot is given the first time."""
        return self.slip[1] if self.slip and self.slip[0] == slot else self.facts[slot]


def can_draw(flow: FlowSpec) -> bool:
    """Whether a fact sheet can be drawn for this flow: every required fact is of a kind this code knows."""
    return {slot.name for slot in flow.required} <= set(_draw_all(flow, Random(0)))


def draw_sheet(flow: FlowSpec, rng: Random, *, slips: bool = False, loses: bool = False) -> Sheet:
    """A fact sheet for a flow; ``slips``: one fact is first told wrong, ``loses``: its identifier cannot be found."""
    facts = _draw_all(flow, rng)
    early = [when for when in flow.conditions if rng.random() < 0.4]
    facts |= {when.slot: YES for when in early}
    extra = [slot.name for when in early for slot in when.requires]
    facts |= dict.fromkeys(extra, PHOTO)
    needed = (*(slot.name for slot in flow.required), *extra)
    offered = tuple(
        slot.name
        for slot in flow.optional
        if slot.name in ("amount_fcfa", "recipient_msisdn", "refund_to_operator") and rng.random() < 0.3
    )
    wrong = [slot for slot in SLIPS if slot in needed or slot in offered]
    slip = _slip(rng.choice(wrong), facts, rng) if slips and wrong else None
    missing = [slot for slot in IDS if slot in needed]
    return Sheet(flow.kind, facts, needed, offered, slip, frozenset(missing[:1] if loses else ()), flow.handoff)


def _draw_all(flow: FlowSpec, rng: Random) -> dict[str, Value]:
    sender, receiver = _pair(rng)
    facts: dict[str, Value] = {
        "from_operator": sender,
        "to_operator": receiver,
        "easytransfert_id": new_reference(rng),
        "operator_tx_id": new_operator_id(sender, rng),
        "amount_fcfa": new_amount(rng),
        "recipient_msisdn": new_phone(receiver, rng),
        "wrong_msisdn": new_phone(receiver, rng),
        "right_msisdn": new_phone(receiver, rng),
        "cotisation_code": new_pot_code(rng),
        "receiving_operator": receiver,
        "receiving_msisdn": new_phone(receiver, rng),
        "refund_to_operator": sender,
    }
    return {slot.name: facts[slot.name] for slot in flow.slots if slot.name in facts}


def _pair(rng: Random) -> tuple[str, str]:
    sender = rng.choices(NETWORKS, OFTEN)[0]
    others: Sequence[str] = [one for one in NETWORKS if one != sender]
    return sender, rng.choice(others)


def _slip(slot: str, facts: Mapping[str, Value], rng: Random) -> tuple[str, Value]:
    """A wrong value of the same kind."""
    right = facts[slot]
    if slot.endswith("_operator"):
        return slot, rng.choice([one for one in NETWORKS if one not in (right, facts.get("from_operator"))])
    if isinstance(right, int):
        return slot, right + 5_000
    if slot == "operator_tx_id":
        return slot, new_operator_id(str(facts["from_operator"]), rng)
    last = str((int(right[-1]) + rng.randrange(1, 9)) % 10)
    return slot, right[:-1] + last
