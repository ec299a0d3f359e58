"""What the house knows at the instant of a turn, gathered for the assistant."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from chatbot.types import ClaimView, Desk
from support import case_numbers, escalate, house_words
from support.models import Claim, Conversation, Owner

CLAIMS_SHOWN = 5


def at(conversation: Conversation, now: datetime) -> Desk:
    """The desk as ``conversation`` finds it at ``now``."""
    waiting = conversation.owner == Owner.QUEUE
    return Desk(
        now=now,
        channel=cast('Literal["web", "whatsapp"]', conversation.channel),  # the column's choices
        new_case_number=case_numbers.new,
        waiting_for_person=waiting,
        listening=conversation.owner == Owner.AGENT,
        on_duty=house_words.on_duty(conversation.brand, now),
        queue_position=escalate.queue_position(conversation) if waiting else None,
        claims=tuple(_view(claim) for claim in _latest_claims(conversation)),
    )


def _latest_claims(conversation: Conversation) -> list[Claim]:
    return list(Claim.objects.filter(customer_id=conversation.customer_id).order_by("-filed_at")[:CLAIMS_SHOWN])


def _view(claim: Claim) -> ClaimView:
    return ClaimView(
        number=claim.number,
        kind=claim.kind,
        status=claim.status,
        filed_at=claim.filed_at,
        changed_at=claim.changed_at,
        slots={name: slot["value"] for name, slot in claim.slots.items()},
    )
