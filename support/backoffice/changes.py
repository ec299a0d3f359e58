"""A claim's status changes: recorded once, with the duty to tell the customer, in one transaction.

The one path for the API, the files and the console. What came first is kept: an ``event_id`` seen before is answered by
its first result, and an ``at`` older than that of the present status changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.contrib.auth.models import User
from django.db import transaction

from chatbot import brand as brands
from chatbot.anonymise.secrets import mask_secrets
from chatbot.watch import Watch
from support import claim_facts, clock, db, doorbell
from support.backoffice.corrections import CorrectionError, recognisers
from support.models import Claim, ClaimEvent, ClaimStatus, Conversation, Forwarded, Told
from support.privacy import audit
from support.privacy.fields import blind_index
from support.transports.web import events

log = structlog.get_logger(__name__)
NUMBER = re.compile(r"AK-\d{3}-\d{4}", re.ASCII)
EVENT_ID = re.compile(r"[A-Za-z0-9._:\-]{1,100}", re.ASCII)
LONGEST_NOTE = 500
LONGEST_REFERENCE = 100
MAX_CORRECTIONS = 20
SKEW = timedelta(minutes=5)  # how far ahead of ours the back office's clock may be
SETTLED = ("resolved", "refunded")


class ChangeError(ValueError):
    """A change that cannot be made; ``field`` names the fault, the text is French."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


class NoSuchClaim(ChangeError):
    """There is no such claim in this brand."""

    def __init__(self) -> None:
        super().__init__("number", "Ce dossier n'existe pas.")


class EventReused(ChangeError):
    """The ``event_id`` belongs to another change of this claim."""

    def __init__(self) -> None:
        super().__init__("event_id", "Cet event_id a déjà servi pour un autre changement de ce dossier.")


@dataclass(frozen=True, slots=True)
class Change:
    """What the back office says of a claim. ``at`` is when it decided; ``source`` tells which way it came."""

    status: str
    event_id: str | None = None
    note: str = ""
    success_reference: str = ""
    corrections: Mapping[str, str | int] = field(default_factory=dict)
    at: datetime | None = None
    seen: datetime | None = None  # the claim's last change that a table's row knew of
    source: str = "api"

    @property
    def fingerprint(self) -> str:
        """The same change again has the same one."""
        said = [self.status, self.note, self.success_reference, dict(self.corrections), self.at and self.at.isoformat()]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def change_status(brand: str, number: str, change: Change, by: User | None = None) -> dict[str, Any]:
    """Make the change, or find that it was made; returns what the API answers. Raises ChangeError."""
    change = checked(brand, change)
    conversation_id, kind = _find(brand, number)
    try:
        corrected = recognisers(brand).read(kind, change.corrections)
    except CorrectionError as error:
        raise ChangeError(f"corrections.{error.slot}", str(error)) from error
    with db.write():
        conversation = Conversation.objects.select_for_update(of=("self",)).get(id=conversation_id)
        claim = Claim.objects.select_for_update(of=("self",)).get(number=number)
        return _change(conversation, claim, change, corrected, by)


def _find(brand: str, number: str) -> tuple[uuid.UUID, str]:
    """Conversation and kind of a claim. Raises NoSuchClaim."""
    if NUMBER.fullmatch(number):
        for found in Claim.objects.filter(number=number, conversation__brand=brand):
            return found.conversation_id, found.kind
    raise NoSuchClaim


def checked(brand: str, change: Change) -> Change:
    """The change with its words tidied. Raises ChangeError for what no claim could take."""
    if change.status not in ClaimStatus.values:
        raise ChangeError("status", f"Un de ces états est attendu : {', '.join(ClaimStatus.values)}.")
    if change.event_id is not None and not EVENT_ID.fullmatch(change.event_id):
        raise ChangeError("event_id", "De 1 à 100 lettres, chiffres ou . _ : - sont attendus.")
    if change.at and change.at > clock.now() + SKEW:
        raise ChangeError("at", "Cette date est dans l'avenir.")
    if len(change.corrections) > MAX_CORRECTIONS:
        raise ChangeError("corrections", f"Au plus {MAX_CORRECTIONS} corrections à la fois.")
    return replace(
        change,
        note=_words(brand, "note", change.note, LONGEST_NOTE),
        success_reference=_words(brand, "success_reference", change.success_reference, LONGEST_REFERENCE),
    )


def _words(brand: str, name: str, text: str, longest: int) -> str:
    """Words fit for the customer, on one line. Raises ChangeError."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ChangeError(name, "Le texte contient un caractère qui n'existe pas.") from None
    text = " ".join(text.replace("\x00", "").split())
    if len(text) > longest:
        raise ChangeError(name, f"Au plus {longest} caractères.")
    if name == "note" and text:
        if Watch.read(brands.load(brand).settings).asks_secret(text, quoting=True):
            raise ChangeError(name, "La note demande un code secret au client : nous ne l'envoyons jamais.")
        if mask_secrets(text) != text:
            raise ChangeError(name, "La note semble contenir un code secret : formulez-la autrement.")
    return text


def _change(
    conversation: Conversation, claim: Claim, change: Change, corrected: Mapping[str, str | int], by: User | None
) -> dict[str, Any]:
    """Under the locks of the conversation and the claim."""
    if change.event_id and (first := claim.events.filter(event_id=change.event_id).first()):
        if first.details.get("fingerprint") != change.fingerprint:
            raise EventReused
        result: dict[str, Any] = first.details["result"]
        return result
    now = clock.now()
    at = change.at or now
    late = claim.status_at is not None and at < claim.status_at
    before, before_change = _standing(claim), claim.changed_at
    if not late:
        _write(claim, change, corrected, at, now)
    overtaken = change.seen and change.at is None and before_change - change.seen >= timedelta(milliseconds=1)
    outcome = "superseded" if late else "unchanged" if _standing(claim) == before else "applied"
    if outcome == "applied" and overtaken:
        raise ChangeError("changed_at", "Le dossier a changé depuis cet export : exportez-le de nouveau.")
    if outcome == "unchanged" and change.event_id is None:
        return _result(claim, change, outcome, at)
    _record(claim, change, before, outcome=outcome, at=at, now=now)
    if by:
        audit.record(by, "claim_status", f"claim:{claim.number}", {"status": change.status, "by": change.source})
    transaction.on_commit(lambda: _ring(conversation.id, claim.number, change, outcome))
    return _result(claim, change, outcome, at)


def _write(claim: Claim, change: Change, corrected: Mapping[str, str | int], at: datetime, now: datetime) -> None:
    before = _standing(claim)
    if change.note or change.status != claim.status:  # a note belongs to the status it came with
        claim.note = change.note
    claim.status = change.status
    claim.success_reference = change.success_reference or claim.success_reference
    source = f"backoffice:{change.event_id or change.source}"
    news = {
        name: {"value": value, "source": source, "at": now.isoformat(), "validity": "ok"}
        for name, value in corrected.items()
        if claim.slots.get(name, {}).get("value") != value
    }
    if news:
        claim.slots = {**claim.slots, **news}
        claim_facts.index(claim)
    if reference := news.get("easytransfert_id"):
        claim.reference_index = blind_index("reference", str(reference["value"]))
    claim.status_at = at
    if _standing(claim) != before:
        claim.changed_at = now
    if claim.forwarded_at is None:
        claim.forwarded_at, claim.forwarded_by = now, Forwarded.UPDATE
    claim.save()


def _standing(claim: Claim) -> dict[str, Any]:
    return {
        "status": claim.status,
        "note": claim.note,
        "success_reference": claim.success_reference,
        "slots": {name: slot.get("value") for name, slot in claim.slots.items()},
    }


def _record(
    claim: Claim, change: Change, before: Mapping[str, Any], *, outcome: str, at: datetime, now: datetime
) -> None:
    after = _standing(claim)
    moved = {name for name, value in after["slots"].items() if before["slots"].get(name) != value}
    details = {
        "before": {name: {"value": before["slots"].get(name, "")} for name in moved},
        "after": {name: {"value": after["slots"][name]} for name in moved},
        "from": before["status"],
        "status": change.status,
        "note": after["note"] if outcome == "applied" else change.note,
        "success_reference": after["success_reference"],
        "source": change.source,
        "fingerprint": change.fingerprint,
        "result": _result(claim, change, outcome, at),
    }
    ClaimEvent.objects.create(
        claim=claim,
        name="status",
        details=details,
        at=at,
        event_id=change.event_id,
        recorded_at=now,
        told=Told.DUE if outcome == "applied" and _is_news(before, after) else Told.NOTHING,
    )


def _is_news(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the customer hears of it: another status, another note, or the proof that it is settled."""
    proof = before["success_reference"] != after["success_reference"] and after["status"] in SETTLED
    return before["status"] != after["status"] or before["note"] != after["note"] or proof


def _result(claim: Claim, change: Change, outcome: str, at: datetime) -> dict[str, Any]:
    return {
        "event_id": change.event_id,
        "number": claim.number,
        "outcome": outcome,
        "status": claim.status,
        "at": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def _ring(conversation: uuid.UUID, number: str, change: Change, outcome: str) -> None:
    log.info("claim_status", claim=number, status=change.status, outcome=outcome, source=change.source)
    events.publish(events.changed(conversation))
    if outcome == "applied":
        doorbell.ring_announcement(conversation)
