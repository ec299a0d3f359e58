"""What becomes of a status that was put into words but not sent: a person took over, or the customer said STOP."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from support.models import ClaimEvent, Told


def leave_to_agent(messages: Collection[uuid.UUID]) -> None:
    """The assistant will not send these: the agent who has the conversation is to tell. Inside a transaction."""
    unsent = ClaimEvent.objects.filter(message__in=messages, told=Told.TOLD)
    unsent.exclude(message__attempts__external_id__gt="").update(told=Told.AGENT, message=None)


def drop(message: uuid.UUID) -> None:
    """The customer wants no news: recorded as such. Inside a transaction."""
    ClaimEvent.objects.filter(message=message, told=Told.TOLD).update(told=Told.STOPPED)
