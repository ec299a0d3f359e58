"""The identifiers a conversation's cases hold, kept as digests beside the encrypted state, so that equals are found."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from chatbot.dialogue.state import StateError, from_json
from chatbot.types import Event, TurnDone
from support.models import CaseIdentifier
from support.privacy.fields import blind_index

SLOTS = ("easytransfert_id", "operator_tx_id")
Held = set[tuple[str, str]]


def keep(conversation_id: uuid.UUID, before: Mapping[str, object], happened: Iterable[Event]) -> None:
    """Follow a turn's change of state. Costs nothing where no identifier came or went."""
    done = next((event for event in happened if isinstance(event, TurnDone)), None)
    if done is not None:
        moved(conversation_id, before, done.state)


def moved(conversation_id: uuid.UUID, before: Mapping[str, object], after: Mapping[str, object]) -> None:
    """Follow a change of state, inside its transaction."""
    held, holds = _held(before), _held(after)
    for slot, value in held - holds:
        CaseIdentifier.objects.filter(conversation=conversation_id, slot=slot, digest=digest(slot, value)).delete()
    new = [CaseIdentifier(conversation_id=conversation_id, slot=s, digest=digest(s, v)) for s, v in holds - held]
    if new:
        CaseIdentifier.objects.bulk_create(new, ignore_conflicts=True)


def are_kept(conversation_id: uuid.UUID, state: Mapping[str, object]) -> bool:
    """Whether what a state holds is kept, all of it and under today's INDEX_KEY."""
    rows = CaseIdentifier.objects.filter(conversation=conversation_id).values_list("slot", "digest")
    return set(rows) == {(slot, digest(slot, value)) for slot, value in _held(state)}


def keep_anew(conversation_id: uuid.UUID, state: Mapping[str, object]) -> None:
    """Forget what is kept of a conversation and keep it again, inside a transaction."""
    CaseIdentifier.objects.filter(conversation=conversation_id).delete()
    moved(conversation_id, {}, state)


def digest(slot: str, value: str) -> str:
    """The blind index of a value; that of a reference is the one claims carry."""
    return blind_index("reference" if slot == "easytransfert_id" else slot, value)


def _held(state: Mapping[str, object]) -> Held:
    try:
        cases = from_json(state).cases
    except StateError:
        return set()
    return {
        (name, str(case.slots[name].value))
        for case in cases
        if case.phase != "dropped"
        for name in SLOTS
        if name in case.slots
    }
