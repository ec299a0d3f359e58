"""What the assistant was told when it got the conversation back, as long as that holds, for the case page."""

from __future__ import annotations

from typing import Any

from chatbot.brand import BrandError
from chatbot.dialogue.state import StateError, from_json
from support import instructions, staff
from support.console.masking import mask_phones
from support.models import Conversation, Outcome, Owner
from support.transports.web.events import isoformat


def of(conversation: Conversation) -> dict[str, Any] | None:
    """{by, at, label, alone, note}; None where a person has the case, or none gave it back. One query."""
    if conversation.owner == Owner.AGENT:
        return None
    last = conversation.escalations.select_related("assignee").order_by("-opened_at").first()
    if last is None or last.outcome != Outcome.HANDED_BACK or last.closed_at is None:
        return None
    try:
        state = from_json(conversation.state)
    except StateError:
        return None
    return {
        "by": staff.name(last.assignee) if last.assignee else "",
        "at": isoformat(last.closed_at),
        "label": _label(conversation.brand, last.instruction),
        "alone": state.alone,
        "note": mask_phones(state.briefing),
    }


def _label(brand: str, instruction: str) -> str:
    try:
        return instructions.choices(brand).get(instruction, "")
    except BrandError:
        return ""
