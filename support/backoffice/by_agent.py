"""A fact of a filed claim corrected by a member of staff: kept with its history, and the back office is told.

The customer is not: the agent who has them on the line is.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import structlog
from django.contrib.auth.models import User
from django.db import transaction

from chatbot.dialogue.state import StateError, from_json
from chatbot.types import Slot
from support import claim_facts, clock, collected, db
from support.backoffice import outbox
from support.models import Claim, ClaimEvent, ClaimStatus, Conversation
from support.owning import EscalationError, locked, require_owner
from support.privacy import audit
from support.privacy.fields import blind_index
from support.transports.web import events

log = structlog.get_logger(__name__)


def correct(
    conversation_id: uuid.UUID, number: str, slot: str, value: str | int, by: User, *, any_owner: bool = False
) -> None:
    """Set a recognised ``value``. Only the owner may, unless ``any_owner``. Raises EscalationError."""
    with db.write():
        conversation = locked(conversation_id)
        if not any_owner:
            require_owner(conversation, by)
        rows = Claim.objects.select_for_update(of=("self",)).filter(customer_id=conversation.customer_id, number=number)
        claim = rows.first()
        if claim is None:
            raise EscalationError("Ce dossier n'est pas de ce client.")
        before = claim.slots.get(slot)
        if before and before.get("value") == value:
            return
        _write(claim, slot, value, by)
        _record(claim, slot, before, by)
        if claim.conversation_id == conversation.id:
            _tell_the_assistant(conversation, claim, slot)
        audit.record(by, "claim_corrected", f"conversation:{conversation_id}", {"claim": number, "slot": slot})
        transaction.on_commit(lambda: events.publish(events.changed(conversation_id)))
    log.info("claim_corrected", claim=number, slot=slot)


def _write(claim: Claim, slot: str, value: str | int, by: User) -> None:
    now = clock.now()
    fact = {"value": value, "source": f"agent:{by.get_username()}", "at": now.isoformat(), "validity": "ok"}
    claim.slots = {**claim.slots, slot: fact}
    if slot == "easytransfert_id":
        claim.reference_index = blind_index("reference", str(value))
    if claim.status == ClaimStatus.WAITING_CUSTOMER:  # what it waited for has come
        claim.status, claim.note = ClaimStatus.RECEIVED, ""
    claim.changed_at = now
    claim_facts.index(claim)
    claim.save(update_fields=["slots", "reference_index", "status", "note", "changed_at", *claim_facts.FIELDS])


def _record(claim: Claim, slot: str, before: Any, by: User) -> None:
    details = {"before": {slot: before}, "after": {slot: claim.slots[slot]}, "by": by.get_username()}
    ClaimEvent.objects.create(
        claim=claim, name="corrected", details=details, at=claim.changed_at, recorded_at=claim.changed_at
    )
    outbox.write(claim, "claim.corrected", [slot])


def _tell_the_assistant(conversation: Conversation, claim: Claim, slot: str) -> None:
    """It keeps a copy of the claim in its state; a state it cannot read any more has none."""
    try:
        state = from_json(conversation.state)
    except StateError:
        return
    fact = claim.slots[slot]
    known = Slot(fact["value"], fact["source"], claim.changed_at)
    cases = tuple(case.with_slots({slot: known}) if case.number == claim.number else case for case in state.cases)
    if cases != state.cases:
        collected.put_state(conversation, replace(state, cases=cases))
