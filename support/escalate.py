"""People in the conversation: calling one, taking, replying, handing back, closing. A handoff is a change of state."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import cast

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from chatbot.types import HandoffCard, HandoffReason
from chatbot.types import Priority as PriorityName
from support import clock, db, doorbell, promises, satisfaction
from support.backoffice import duties
from support.models import (
    Author,
    Channel,
    Conversation,
    Delivery,
    Escalation,
    Message,
    Outcome,
    Owner,
    Priority,
    Reason,
    Satisfaction,
    Status,
    Stint,
)
from support.privacy import audit
from support.transports.web import events

log = structlog.get_logger(__name__)
MAX_REPLY_CHARACTERS = 4_000
REOPENED_WITHIN = timedelta(days=3)


class EscalationError(Exception):
    """What was asked cannot be done; the text is French and fit for the agent's screen."""


def open_locked(
    conversation: Conversation,
    reason: HandoffReason,
    priority: PriorityName,
    summary: str,
    card: HandoffCard | None = None,
) -> Escalation:
    """Put a locked conversation in the queue, or raise the priority of its place. For use inside a turn's commit."""
    wanted = Priority[priority.upper()]
    known = asdict(card) if card else {}
    now = clock.now()
    standing = conversation.escalations.filter(closed_at__isnull=True).first()
    if standing:
        if wanted < standing.priority:
            standing.priority, standing.reason, standing.summary, standing.card = wanted, reason, summary, known
            promises.tighten(standing, conversation.brand, wanted, now)
            standing.save(update_fields=["priority", "reason", "summary", "card", "due_at", "resolve_due_at"])
    else:
        standing = Escalation.objects.create(
            conversation=conversation,
            reason=reason,
            priority=wanted,
            summary=summary,
            card=known,
            kind=card.kind if card else "",
            from_operator=_operator(card, "from_operator"),
            to_operator=_operator(card, "to_operator"),
            opened_at=now,
            **promises.at_opening(conversation.brand, card.kind if card else "", wanted, now),
            asked_at=now,
            asked_count=1,
            reopened=conversation.escalations.filter(closed_at__gt=now - REOPENED_WITHIN).exists(),
        )
        Stint.objects.create(escalation=standing, waiting=True, began_at=now)
    if conversation.owner != Owner.AGENT:
        conversation.owner = Owner.QUEUE
        conversation.save(update_fields=["owner"])
    transaction.on_commit(lambda: _announce(conversation.id, "waiting"))
    return standing


def queue_position(conversation: Conversation) -> int | None:
    """Place in the queue, from 1; None when the conversation does not wait."""
    waiting = Escalation.objects.filter(closed_at__isnull=True, conversation__owner=Owner.QUEUE)
    ids = list(waiting.order_by("priority", "due_at", "id").values_list("conversation_id", flat=True))
    return ids.index(conversation.id) + 1 if conversation.id in ids else None


def place_for(priority: PriorityName) -> int:
    """The place, from 1, of a conversation that joins the queue now: behind all that are as urgent or more."""
    waiting = Escalation.objects.filter(closed_at__isnull=True, conversation__owner=Owner.QUEUE)
    return waiting.filter(priority__lte=Priority[priority.upper()]).count() + 1


def standing_priority(conversation: Conversation) -> PriorityName | None:
    """How urgent the person this conversation waits for was said to be; None when it waits for none."""
    standing = conversation.escalations.filter(closed_at__isnull=True).values_list("priority", flat=True).first()
    return None if standing is None else cast("PriorityName", Priority(standing).name.lower())


def take(conversation_id: uuid.UUID, agent: User) -> Escalation:
    """Make ``agent`` the owner. Raises EscalationError when someone else is. Taking what one has renews the lease."""
    with db.write():
        conversation = _locked(conversation_id)
        if conversation.owner == Owner.AGENT and conversation.agent_id != agent.pk:
            raise EscalationError(f"Cette conversation est déjà avec {conversation.agent}.")
        escalation = conversation.escalations.filter(closed_at__isnull=True).first()
        if escalation is None:
            escalation = open_locked(conversation, "human_request", "normal", "")
            escalation.reason = Reason.AGENT_STARTED
        already = conversation.owner == Owner.AGENT
        conversation.owner, conversation.agent = Owner.AGENT, agent
        conversation.save(update_fields=["owner", "agent"])
        escalation.assignee = agent
        escalation.taken_at = escalation.taken_at or clock.now()
        escalation.lease_until = _lease_end()
        escalation.status, escalation.snoozed_until = Status.OPEN, None
        escalation.save()
        _cancel_unsent_bot_replies(conversation)
        if not already:
            _new_stint(escalation, agent)
            audit.record(agent, "take", f"conversation:{conversation.id}", {"reason": escalation.reason})
            transaction.on_commit(lambda: _announce(conversation_id, "joined"))
    return escalation


def reply(conversation_id: uuid.UUID, agent: User, text: str, client_id: uuid.UUID) -> Message:
    """Store an agent's reply and send it. The same ``client_id`` again returns the first. Raises EscalationError."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise EscalationError("Le message est vide.")
    if len(text) > MAX_REPLY_CHARACTERS:
        raise EscalationError(f"Le message dépasse {MAX_REPLY_CHARACTERS} caractères.")
    with db.write():
        conversation = _locked(conversation_id)
        if first := conversation.messages.filter(client_id=client_id).first():
            return first
        _require_owner(conversation, agent)
        message = Message.objects.create(
            conversation=conversation,
            seq=conversation.next_seq,
            author=Author.AGENT,
            agent=agent,
            text=text,
            at=clock.now(),
            transport=conversation.channel,
            client_id=client_id,
            delivery=Delivery.QUEUED if conversation.channel == Channel.WHATSAPP else Delivery.SENT,
        )
        conversation.next_seq += 1
        conversation.save(update_fields=["next_seq"])
        conversation.escalations.filter(closed_at__isnull=True).update(
            lease_until=_lease_end(),
            first_replied_at=Coalesce("first_replied_at", Value(message.at)),
            replied_at=message.at,
            asked_at=None,
            asked_count=0,
            next_due_at=None,
        )
        transaction.on_commit(lambda: _publish_reply(message))
    return message


def hand_back(conversation_id: uuid.UUID, agent: User) -> None:
    """Give the conversation back to the assistant, which answers the next message. Raises EscalationError."""
    _end(conversation_id, agent, Owner.BOT, Outcome.HANDED_BACK)


def close(conversation_id: uuid.UUID, agent: User) -> None:
    """End the case. The customer's next message opens the conversation again. Raises EscalationError."""
    _end(conversation_id, agent, Owner.NOBODY, Outcome.CLOSED)


def keep(conversation_id: uuid.UUID, agent: User) -> None:
    """Renew the agent's lease while they read or type. Raises EscalationError."""
    with db.write():
        _require_owner(_locked(conversation_id), agent)
        Escalation.objects.filter(conversation=conversation_id, closed_at__isnull=True).update(lease_until=_lease_end())


def return_abandoned() -> int:
    """Back to the queue with what an agent gone quiet still holds; returns how many. For the sweeper."""
    expired = Escalation.objects.filter(closed_at__isnull=True, lease_until__lt=timezone.now())
    returned = 0
    for escalation_id, conversation_id in list(expired.values_list("id", "conversation_id")):
        with db.write():
            conversation = _locked(conversation_id)
            rows = Escalation.objects.filter(id=escalation_id, lease_until__lt=timezone.now(), closed_at__isnull=True)
            if not rows.update(assignee=None, lease_until=None):
                continue
            audit.record(conversation.agent, "lease_expired", f"conversation:{conversation_id}")
            conversation.owner, conversation.agent = Owner.QUEUE, None
            conversation.save(update_fields=["owner", "agent"])
            _new_stint(Escalation.objects.get(id=escalation_id), None)
            transaction.on_commit(partial(_announce, conversation_id, "waiting"))
            returned += 1
    return returned


def note_warning(case: Escalation, now: datetime) -> None:
    """People were told that a promise of a case is about to be broken. For the watch, under the conversation's lock."""
    case.warned_at = case.warned_at or now
    case.save(update_fields=["warned_at"])


def note_breach(case: Escalation, now: datetime) -> None:
    """A promise of a case was broken: it goes up one step in the queue. For the watch, under the conversation's lock.

    Its other promises stay as they were: shorter ones would only be broken one after the other.
    """
    case.breached_at = case.breached_at or now
    case.priority = max(Priority.URGENT, case.priority - 1)
    case.save(update_fields=["breached_at", "priority"])


def _end(conversation_id: uuid.UUID, agent: User, owner: Owner, outcome: Outcome) -> None:
    with db.write():
        conversation = _locked(conversation_id)
        _require_owner(conversation, agent)
        conversation.owner, conversation.agent = owner, None
        conversation.save(update_fields=["owner", "agent"])
        now = clock.now()
        Stint.objects.filter(escalation__conversation=conversation, ended_at__isnull=True).update(ended_at=now)
        if outcome == Outcome.CLOSED:
            _ask_how_it_went(conversation, agent, now)
        conversation.escalations.filter(closed_at__isnull=True).update(
            closed_at=now, outcome=outcome, lease_until=None, status=Status.RESOLVED, snoozed_until=None
        )
        audit.record(agent, outcome, f"conversation:{conversation_id}")
        transaction.on_commit(lambda: _announce(conversation_id, "ended"))


def _ask_how_it_went(conversation: Conversation, agent: User, now: datetime) -> None:
    case = conversation.escalations.filter(closed_at__isnull=True).first()
    text = satisfaction.question(conversation, case, now) if case else None
    if case is None or text is None:
        return
    message = Message.objects.create(
        conversation=conversation,
        seq=conversation.next_seq,
        author=Author.SYSTEM,
        text=text,
        choices=satisfaction.choices(conversation),
        at=now,
        transport=conversation.channel,
        delivery=Delivery.QUEUED if conversation.channel == Channel.WHATSAPP else Delivery.SENT,
    )
    conversation.next_seq += 1
    conversation.save(update_fields=["next_seq"])
    Satisfaction.objects.create(escalation=case, conversation=conversation, agent=agent, question=message, asked_at=now)
    transaction.on_commit(lambda: _publish_reply(message))


def _new_stint(escalation: Escalation, agent: User | None) -> None:
    now = clock.now()
    escalation.stints.filter(ended_at__isnull=True).update(ended_at=now)
    Stint.objects.create(escalation=escalation, agent=agent, waiting=agent is None, began_at=now)


def _operator(card: HandoffCard | None, slot: str) -> str:
    return str(card.known.get(slot, ""))[:20] if card else ""


def _locked(conversation_id: uuid.UUID) -> Conversation:
    try:
        return Conversation.objects.select_for_update(of=("self",)).get(id=conversation_id)
    except Conversation.DoesNotExist:
        raise EscalationError("Cette conversation n'existe pas.") from None


def _require_owner(conversation: Conversation, agent: User) -> None:
    if conversation.owner != Owner.AGENT or conversation.agent_id != agent.pk:
        raise EscalationError("Prenez d'abord la conversation : elle n'est pas (ou plus) avec vous.")


def _cancel_unsent_bot_replies(conversation: Conversation) -> None:
    """The assistant never talks over a person: what it has not handed to the provider yet is not sent."""
    unsent = conversation.messages.filter(author=Author.BOT, delivery__in=[Delivery.QUEUED, Delivery.HELD])
    if ids := list(unsent.values_list("id", flat=True)):
        duties.leave_to_agent(ids)
        Message.objects.filter(id__in=ids).update(delivery=Delivery.CANCELLED)


def _lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.AGENT_LEASE_SECONDS)


def _publish_reply(message: Message) -> None:
    events.publish(
        (events.conversation_group(message.conversation_id), events.message_event(message)),
        events.changed(message.conversation_id),
    )
    if message.transport == Channel.WHATSAPP:
        doorbell.ring_delivery(message.conversation_id)


def _announce(conversation_id: uuid.UUID, status: str) -> None:
    log.info("handoff", conversation=str(conversation_id), status=status)
    event: dict[str, object] = {"type": "handoff", "status": status}
    if status == "waiting" and (position := queue_position(Conversation.objects.get(id=conversation_id))):
        event["position"] = position
    events.publish(
        (events.conversation_group(conversation_id), event),
        events.changed(conversation_id),
    )
