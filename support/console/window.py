"""What happens to a reply while WhatsApp's 24-hour window is closed: which approved template invites the customer."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from chatbot.brand import BrandError
from support import clock, house_words
from support.models import Channel, Conversation
from support.transports.web.events import isoformat
from support.withheld import REOPEN, WINDOW


def invitation(conversation: Conversation) -> dict[str, Any] | None:
    """The templates that may invite the customer, and when one did; None while the window is open or has no part."""
    if conversation.channel != Channel.WHATSAPP:
        return None
    since = conversation.window_from
    if since is not None and clock.now() - since < WINDOW:
        return None
    asked = conversation.messages.filter(template=REOPEN)
    if conversation.inbound_at:
        asked = asked.filter(at__gt=conversation.inbound_at)
    sent = asked.order_by("-seq").values_list("at", flat=True).first()
    return {"templates": templates(conversation.brand), "sent": isoformat(sent) if sent else None}


def templates(brand: str) -> list[dict[str, str]]:
    """The approved templates that invite a customer to write, as the customer reads them."""
    if not settings.TWILIO_TEMPLATE_REOPEN:
        return []
    try:
        return [{"name": REOPEN, "text": house_words.fixed(brand, REOPEN)}]
    except BrandError:
        return []
