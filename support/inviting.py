"""Inviting a customer to write, outside WhatsApp's 24 hours: by an approved template, one open invitation at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q, QuerySet

from support import clock, whatsapp_templates
from support.models import Channel, Conversation, Delivery, Message
from support.owning import EscalationError
from support.whatsapp_templates import REOPEN

WINDOW = timedelta(hours=24)  # WhatsApp's own
PATIENCE = timedelta(hours=24)  # an invitation that was not followed is not repeated sooner
NOT_ARRIVED = (Delivery.FAILED, Delivery.CANCELLED)
Filled = Mapping[str, Any]  # {"name", "text", "values"}: a template as the agent saw it


def window_is_closed(conversation: Conversation) -> bool:
    """Whether WhatsApp takes nothing but templates for the customer now."""
    if conversation.channel != Channel.WHATSAPP:
        return False
    since = conversation.window_from
    return since is None or clock.now() - since >= WINDOW


def unanswered(conversation: Conversation) -> QuerySet[Message]:
    """The invitations, newest first, that this customer got on any number and has not written there since."""
    names = [each.name for each in whatsapp_templates.of(conversation.brand).values() if each.offered]
    rows = Message.objects.filter(conversation__customer=conversation.customer_id, template__in=names)
    since = Q(conversation__inbound_at__isnull=True) | Q(at__gt=F("conversation__inbound_at"))
    return rows.filter(since).order_by("-at")


def standing(conversation: Conversation) -> Message | None:
    """The invitation that may still be followed: no other is sent beside it."""
    return unanswered(conversation).filter(at__gt=clock.now() - PATIENCE).exclude(delivery__in=NOT_ARRIVED).first()


def asked_already(conversation: Conversation) -> bool:
    """Whether the house need not invite by itself any more: once per closed window, or again after a template that
    an agent chose was refused."""
    return unanswered(conversation).filter(~Q(delivery__in=NOT_ARRIVED) | Q(template=REOPEN)).exists()


def is_idle(message: Message, conversation: Conversation) -> bool:
    """Whether an invitation has become pointless: the customer has written meanwhile."""
    found = whatsapp_templates.of(conversation.brand).get(message.template)
    return found is not None and found.offered and not window_is_closed(conversation)


def why_not(conversation: Conversation) -> str:
    """Why no invitation may go out now, in French; "" when one may. Two queries at most."""
    if not window_is_closed(conversation):
        return "La fenêtre de 24 h est ouverte : écrivez au client sans modèle."
    if conversation.identity.opted_out_at:
        return "Le client a envoyé STOP : aucun modèle ne peut lui être envoyé."
    if (message := standing(conversation)) is not None:
        return (
            f"Le client est déjà invité à écrire ({_said(message.at)}) : "
            f"un autre modèle pourra partir {_said(message.at + PATIENCE)}."
        )
    return ""


def require(conversation: Conversation) -> None:
    """Raises EscalationError, with the reason, where no invitation may go out now."""
    if reason := why_not(conversation):
        raise EscalationError(reason)


def _said(at: datetime) -> str:
    """« aujourd'hui à 14 h 05 », « le 27/11 à 14 h 05 »."""
    zone = ZoneInfo(settings.TIME_ZONE)
    local, today = at.astimezone(zone), clock.now().astimezone(zone).date()
    day = {-1: "hier", 0: "aujourd'hui", 1: "demain"}.get((local.date() - today).days, f"le {local:%d/%m}")
    return f"{day} à {local:%-H} h {local:%M}"
