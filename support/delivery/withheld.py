"""What is not sent now: held while WhatsApp's window is closed, dropped when nobody should say it any more."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import structlog
from django.db import transaction

from support import house_words, inviting, own_messages, whatsapp_templates
from support.backoffice import duties
from support.models import Author, Conversation, Delivery, Message, Owner, Satisfaction
from support.transports.web import events
from support.whatsapp_templates import REOPEN, STATUS

log = structlog.get_logger(__name__)


def reason_not_to_send(message: Message, conversation: Conversation, *, started: bool) -> Delivery | None:
    """HELD outside WhatsApp's window, CANCELLED when nobody should say this any more, else None."""
    identity = message.conversation.identity
    if message.delivery == Delivery.CANCELLED:
        return Delivery.CANCELLED
    if message.author == Author.BOT and conversation.owner == Owner.AGENT and not started:
        return Delivery.CANCELLED
    if message.template == STATUS and conversation.owner == Owner.AGENT:
        return Delivery.CANCELLED
    if identity.opted_out_at and (message.template or is_news(message)):
        return Delivery.CANCELLED
    if message.template:
        return Delivery.CANCELLED if inviting.is_idle(message, conversation) else None
    if inviting.window_is_closed(conversation):
        return Delivery.CANCELLED if _asks_how_it_went(message) else Delivery.HELD
    if identity.opted_out_at and _asks_how_it_went(message):
        return Delivery.CANCELLED
    return None


def _asks_how_it_went(message: Message) -> bool:
    """Whether it is the question after a resolution, which is worth no template and no wait."""
    return message.author == Author.SYSTEM and Satisfaction.objects.filter(question=message).exists()


def is_news(message: Message) -> bool:
    """Whether it tells, unasked, what changed in a claim."""
    return getattr(message, "claim_event", None) is not None


def stop(message: Message, state: Delivery, conversation: Conversation) -> None:
    """Hold a message until the customer writes, or drop it; somebody else tells its news. Inside a transaction."""
    Message.objects.filter(id=message.id).update(delivery=state)
    if state == Delivery.HELD:
        _keep_until_reopened(conversation)
        if is_news(message) and whatsapp_templates.sid(STATUS):
            _tell_by_template(message, conversation)
        else:
            _ask_to_reopen(conversation)
    elif is_news(message):
        duties.drop(message.id) if conversation.identity.opted_out_at else duties.leave_to_agent([message.id])
    transaction.on_commit(lambda: events.publish(events.changed(message.conversation_id)))


def _keep_until_reopened(conversation: Conversation) -> None:
    """The window is closed, also where only the provider knew; the customer's next message frees what is held."""
    if conversation.window_from is not None or not conversation.holds_reply:
        conversation.window_from, conversation.holds_reply = None, True
        conversation.save(update_fields=["window_from", "holds_reply"])


def _ask_to_reopen(conversation: Conversation) -> None:
    """Queue the approved template that invites the customer to write, once per closed window."""
    if inviting.asked_already(conversation):
        return
    found = whatsapp_templates.of(conversation.brand).get(REOPEN)
    if found is None or not whatsapp_templates.sid(REOPEN):
        log.warning("no_template", template=REOPEN, conversation=str(conversation.id))
        return
    _queue_template(conversation, REOPEN, found.text)


def _tell_by_template(held: Message, conversation: Conversation) -> None:
    """Queue the approved template that tells a claim's new status, once for each piece of news that is held."""
    once = uuid.uuid5(held.id, STATUS)
    if conversation.messages.filter(client_id=once).exists():
        return
    event = held.claim_event
    text, values = house_words.status_news(conversation.brand, event.claim.number, event.details["status"])
    _queue_template(conversation, STATUS, text, values, once)


def _queue_template(
    conversation: Conversation,
    template: str,
    text: str,
    values: Mapping[str, str] | None = None,
    once: uuid.UUID | None = None,
) -> None:
    filled = {"template": template, "template_values": dict(values or {})}
    own_messages.say(conversation, Author.SYSTEM, text, client_id=once, **filled)
