"""The claim of an invented conversation, and how far the back office got with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from support import claim_facts
from support.demo_desk import draws
from support.demo_desk.talk import Talk
from support.models import Author, Claim, ClaimEvent, ClaimStatus, Forwarded, Stint, Told
from support.privacy.fields import blind_index

SETTLED = (ClaimStatus.RESOLVED, ClaimStatus.REFUNDED, ClaimStatus.REJECTED)
NEVER_SETTLED = 0.06
OVERDUE_AFTER = timedelta(hours=48)


def file(talk: Talk, at: datetime) -> Claim | None:
    """The claim filed at ``at``, its events, and the messages that tell the customer; None when that is not yet."""
    stage, story = talk.stage, talk.story
    if at > stage.now:
        return None
    claim = Claim(
        id=draws.identity(stage.rng, at),
        number=draws.case_number(story.index),
        customer=talk.conversation.customer,
        conversation=talk.conversation,
        kind=story.kind,
        slots=_slots(talk),
        error=story.error,
        filed_at=at,
        changed_at=at,
        forwarded_at=at,
        forwarded_by=Forwarded.WEBHOOK,
    )
    claim_facts.index(claim)
    if reference := claim.slots.get("easytransfert_id"):
        claim.reference_index = blind_index("reference", str(reference["value"]))
    stage.rows.claims.append(claim)
    _event(talk, claim, "filed", at, Told.NOTHING)
    _progress(talk, claim)
    if claim.status not in SETTLED and claim.filed_at < stage.now - OVERDUE_AFTER:
        _event(talk, claim, "overdue", claim.filed_at + OVERDUE_AFTER, Told.NOTHING)
    return claim


def leave_to_agents(talk: Talk, stints: Sequence[Stint], events: Sequence[ClaimEvent]) -> None:
    """The assistant says nothing while a person has the conversation: what it had to tell is left to them."""
    people = [stint for stint in stints if not stint.waiting]
    for event in events:
        said = event.message
        if said and any(
            each.began_at <= said.at and (not each.ended_at or said.at <= each.ended_at) for each in people
        ):
            event.told, event.message = Told.BY_AGENT, None
            talk.messages.remove(said)


def _slots(talk: Talk) -> dict[str, object]:
    slots: dict[str, object] = {slot: _slot(talk, slot, _value(talk, slot)) for slot in talk.given}
    if talk.story.amount is not None:
        slots["amount_fcfa"] = _slot(talk, "amount_fcfa", talk.story.amount)
    for name in ("from_operator", "to_operator"):
        if value := getattr(talk.story, name):
            slots.setdefault(name, _slot(talk, name, value))
    return slots


def _value(talk: Talk, slot: str) -> str | int:
    named = {"easytransfert_id": "reference", "from_operator": "from", "to_operator": "to"}
    return talk.values[named.get(slot, "tx")]


def _slot(talk: Talk, slot: str, value: str | int) -> dict[str, object]:
    source = talk.given.get(slot, talk.messages[0])
    return {"value": value, "source": str(source.id), "at": source.at.isoformat(), "validity": "ok"}


def _progress(talk: Talk, claim: Claim) -> None:
    """Taken up after hours, settled after about a day, some after a week, a few never."""
    rng = talk.stage.rng
    taken_up = claim.filed_at + draws.skewed(rng, 240)
    ends = taken_up + draws.skewed(rng, 60 * 16, 1.2)
    _status(talk, claim, ClaimStatus.PROCESSING, taken_up)
    if rng.random() < 0.08:
        _status(talk, claim, ClaimStatus.WAITING_CUSTOMER, taken_up + draws.skewed(rng, 120))
    if rng.random() >= NEVER_SETTLED:
        _status(talk, claim, rng.choices(SETTLED, [50, 38, 12])[0], ends)


def _status(talk: Talk, claim: Claim, status: ClaimStatus, at: datetime) -> None:
    if at > talk.stage.now or (claim.status_at and at < claim.status_at):
        return
    claim.status, claim.status_at, claim.changed_at = status, at, at
    told = talk.stage.rng.choices([Told.TOLD, Told.BY_AGENT, Told.STOPPED], [93, 6, 1])[0]
    event = _event(talk, claim, "status", at, told)
    event.details = {"status": status}
    if told == Told.TOLD:
        event.message = talk.says(Author.BOT, draws.facts()["people"]["status"], at + timedelta(seconds=20))


def _event(talk: Talk, claim: Claim, name: str, at: datetime, told: Told) -> ClaimEvent:
    event = ClaimEvent(claim=claim, name=name, at=at, recorded_at=at, told=told)
    talk.stage.rows.claim_events.append(event)
    return event
