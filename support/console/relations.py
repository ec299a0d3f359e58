"""The customer's other conversations: where, in what state, last heard of when."""

from __future__ import annotations

from typing import Any

from support.console import merging
from support.models import Conversation
from support.transports.web.events import isoformat

MOST = 10


def of(conversation: Conversation) -> list[dict[str, Any]]:
    """Newest first. One query."""
    rows = Conversation.objects.filter(customer_id=conversation.customer_id).exclude(id=conversation.id)
    return [
        {
            "conversation": str(row.id),
            "channel": row.get_channel_display(),
            "owner": row.owner,
            "owner_label": row.get_owner_display(),
            "at": isoformat(row.inbound_at or row.created_at),
            "address": merging.address(row.identity),
            **merging.was(getattr(row.identity, "merged", None)),
        }
        for row in rows.select_related("identity__merged").defer("state").order_by("-inbound_at")[:MOST]
    ]
