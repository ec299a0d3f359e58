"""Claims the back office has had for longer than was promised: a person is told once, though no customer wrote."""

from __future__ import annotations

import uuid
from datetime import datetime

import structlog
from django.db.models import Exists, OuterRef, Q

from chatbot import brand
from chatbot.dialogue.specs import FlowSpec, read_flows
from chatbot.types import HandoffCard
from support import clock, db, escalate, house_words
from support.models import Claim, ClaimEvent, ClaimStatus, Conversation

log = structlog.get_logger(__name__)
OVERDUE = "overdue"  # the event that says a claim was seen to be late: it is told of once
WITH_THE_BACK_OFFICE = (ClaimStatus.RECEIVED, ClaimStatus.PROCESSING)
AT_ONCE = 100


def call_people() -> int:
    """Put the conversations of late claims in the queue, without a word to the customer; returns how many claims.

    A conversation that a person has or is awaited in stays as it is: only the event is written.
    """
    late = [pair for slug in _brands() for pair in _late(slug, clock.now())][:AT_ONCE]
    return sum(_call(claim, conversation) for claim, conversation in late)


def _brands() -> list[str]:
    return sorted(file.parent.name for file in brand.BRANDS.glob("*/brand.toml"))


def _late(slug: str, now: datetime) -> list[tuple[uuid.UUID, uuid.UUID]]:
    promised = house_words.causes(slug).promised
    flows = read_flows(brand.load(slug).flows)
    own = {kind: flow for kind, flow in flows.items() if flow.promised is not None}
    due = Q(filed_at__lt=now - promised) & ~Q(kind__in=own)
    for kind, flow in own.items():
        due |= Q(kind=kind, filed_at__lt=now - (flow.promised or promised))
    told = ClaimEvent.objects.filter(claim=OuterRef("pk"), name=OVERDUE)
    claims = Claim.objects.filter(due, ~Exists(told), status__in=WITH_THE_BACK_OFFICE, conversation__brand=slug)
    return list(claims.order_by("filed_at").values_list("id", "conversation_id")[:AT_ONCE])


def _call(claim_id: uuid.UUID, conversation_id: uuid.UUID) -> bool:
    with db.write():
        conversation = Conversation.objects.select_for_update(of=("self",)).defer("state").get(id=conversation_id)
        claim = Claim.objects.select_for_update().get(id=claim_id)
        if claim.status not in WITH_THE_BACK_OFFICE or claim.events.filter(name=OVERDUE).exists():
            return False
        ClaimEvent.objects.create(claim=claim, name=OVERDUE, at=clock.now())
        if not conversation.escalations.filter(closed_at__isnull=True).exists():
            cause = house_words.causes(conversation.brand).reasons["late_claim"]
            escalate.open_locked(conversation, "late_claim", cause.priority, _summary(cause.why, claim), _card(claim))
    log.info("claim_overdue", claim=claim.number, kind=claim.kind)
    return True


def _summary(why: str, claim: Claim) -> str:
    flow = _flow(claim)
    nature = f" ({flow.label})" if flow else ""
    return f"{why} Dossier {claim.number}{nature}, {claim.get_status_display().lower()}."


def _card(claim: Claim) -> HandoffCard:
    known = {name: slot["value"] for name, slot in claim.slots.items()}
    amount = known.get("amount_fcfa")
    return HandoffCard(
        kind=claim.kind,
        known=known,
        claims=(claim.number,),
        amount_fcfa=amount if isinstance(amount, int) else None,
    )


def _flow(claim: Claim) -> FlowSpec | None:
    return read_flows(brand.load(claim.conversation.brand).flows).get(claim.kind)
