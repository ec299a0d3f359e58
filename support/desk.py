"""What the house knows at the instant of a turn, gathered for the assistant."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Literal, cast, overload

from chatbot.types import ClaimView, Desk
from support import case_numbers, house_words, places
from support.experiments import assign
from support.incidents import incidents, switches
from support.models import Claim, Conversation, Owner

CLAIMS_SHOWN = 5


def at(conversation: Conversation, now: datetime) -> Desk:
    """The desk as ``conversation`` finds it at ``now``."""
    waiting = conversation.owner == Owner.QUEUE
    on_duty = house_words.on_duty(conversation.brand, now)
    return Desk(
        now=now,
        channel=cast('Literal["web", "whatsapp"]', conversation.channel),  # the column's choices
        new_case_number=case_numbers.new,
        waiting_for_person=waiting,
        waiting_priority=places.standing_priority(conversation) if waiting else None,
        place_for=places.place_for,
        listening=conversation.owner == Owner.AGENT,
        on_duty=on_duty,
        back_at=None if on_duty else house_words.back_at(conversation.brand, now),
        queue_position=places.queue_position(conversation) if waiting else None,
        claims=LatestClaims(conversation.customer_id),
        conversation=str(conversation.id),
        customer=str(conversation.customer_id),
        modes=switches.modes(conversation.brand, conversation.channel),
        incidents=incidents.notices(conversation.brand),
        arm=assign.arm_for(conversation.brand, str(conversation.customer_id)),
    )


class LatestClaims(Sequence[ClaimView]):
    """A customer's claims, newest first, read when the assistant first looks at them: most turns never do."""

    def __init__(self, customer: uuid.UUID) -> None:
        self._customer = customer

    @cached_property
    def _views(self) -> tuple[ClaimView, ...]:
        claims = Claim.objects.filter(customer_id=self._customer).order_by("-filed_at")[:CLAIMS_SHOWN]
        return tuple(map(view, claims))

    @overload
    def __getitem__(self, index: int) -> ClaimView: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[ClaimView, ...]: ...
    def __getitem__(self, index: int | slice) -> ClaimView | tuple[ClaimView, ...]:
        return self._views[index]

    def __len__(self) -> int:
        return len(self._views)


def view(claim: Claim) -> ClaimView:
    """A claim as the assistant sees it."""
    return ClaimView(
        number=claim.number,
        kind=claim.kind,
        status=claim.status,
        filed_at=claim.filed_at,
        changed_at=claim.changed_at,
        slots={name: slot["value"] for name, slot in claim.slots.items()},
        note=claim.note,
        success_reference=claim.success_reference,
        forwarded=claim.forwarded_at is not None,
    )
