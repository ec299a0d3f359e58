"""People in the conversation: calling one, taking, replying, handing back, closing. A handoff is a change of state."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import timedelta

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from chatbot.dialogue.state import handed_back, ordered
from chatbot.types import HandoffCard, HandoffReason
from chatbot.types import Priority as PriorityName
from support import clock, db, promises
from support.backoffice import duties
from support.models import (
    Author,
    Conversation,
    Delivery,
    Escalation,
    Message,
    Occasion,
    Outcome,
    Owner,
    Priority,
    Reason,
    Status,
    Stint,
)
from support.owning import EscalationError, lease_end, locked, open_case, require_owner
from support.places import queue_position
from support.privacy import audit
from support.replying import (
    MAX_REPLY_CHARACTERS,
    ask_how_it_went,
    owned,
    release,
    release_locked,
    reply,
    sayable,
    withdraw,
)
from support.rules import occasions
from support.transports.web import events

__all__ = [
    "MAX_REPLY_CHARACTERS",
    "EscalationError",
    "locked",
    "owned",
    "release",
    "reply",
    "require_owner",
    "sayable",
    "withdraw",
]
log = structlog.get_logger(__name__)
REOPENED_WITHIN = timedelta(days=3)


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
    standing = open_case(conversation)
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
        occasions.note(conversation, standing, Occasion.OPENED)
    if conversation.owner != Owner.AGENT:
        conversation.owner = Owner.QUEUE
        conversation.save(update_fields=["owner"])
    transaction.on_commit(lambda: announce(conversation.id, "waiting"))
    return standing


def take(conversation_id: uuid.UUID, agent: User) -> Escalation:
    """Make ``agent`` the owner. Raises EscalationError when someone else is. Taking what one has renews the lease."""
    with db.write():
        conversation = locked(conversation_id)
        if conversation.owner == Owner.AGENT and conversation.agent_id != agent.pk:
            raise EscalationError(f"Cette conversation est déjà avec {conversation.agent}.")
        escalation = open_case(conversation)
        if escalation is None:
            escalation = open_locked(conversation, "human_request", "normal", "")
            escalation.reason = Reason.AGENT_STARTED
        already = conversation.owner == Owner.AGENT
        hold(conversation, escalation, agent)
        if not already:
            audit.record(agent, "take", f"conversation:{conversation.id}", {"reason": escalation.reason})
    return escalation


def hand_back(conversation_id: uuid.UUID, agent: User) -> None:
    """Give the conversation back to the assistant, which answers the next message. Raises EscalationError."""
    _end(conversation_id, agent, Owner.BOT, Outcome.HANDED_BACK)


def close(conversation_id: uuid.UUID, agent: User) -> None:
    """End the case. The customer's next message opens the conversation again. Raises EscalationError."""
    _end(conversation_id, agent, Owner.NOBODY, Outcome.CLOSED)


def keep(conversation_id: uuid.UUID, agent: User) -> None:
    """Renew the agent's lease while they read or type. Raises EscalationError."""
    with db.write():
        require_owner(locked(conversation_id), agent)
        Escalation.objects.filter(conversation=conversation_id, closed_at__isnull=True).update(lease_until=lease_end())


def return_abandoned() -> int:
    """Back to the queue with what an agent gone quiet still holds; returns how many. For the sweeper."""
    expired = Escalation.objects.filter(closed_at__isnull=True, lease_until__lt=timezone.now())
    returned = 0
    for escalation_id, conversation_id in list(expired.values_list("id", "conversation_id")):
        with db.write():
            conversation = locked(conversation_id)
            rows = Escalation.objects.filter(id=escalation_id, lease_until__lt=timezone.now(), closed_at__isnull=True)
            if (escalation := rows.first()) is None:
                continue
            audit.record(conversation.agent, "lease_expired", f"conversation:{conversation_id}")
            let_go(conversation, escalation)
            returned += 1
    return returned


def _end(conversation_id: uuid.UUID, agent: User, owner: Owner, outcome: Outcome) -> None:
    with db.write():
        conversation = locked(conversation_id)
        require_owner(conversation, agent)
        release_locked(conversation)
        now = clock.now()
        if outcome == Outcome.CLOSED:
            occasions.note_open(conversation, Occasion.RESOLVED)
        conversation.owner, conversation.agent = owner, None
        if outcome == Outcome.HANDED_BACK:
            conversation.state = handed_back(conversation.state, now)
        else:
            conversation.state = ordered(conversation.state)
        conversation.save(update_fields=["owner", "agent", "state"])
        Stint.objects.filter(escalation__conversation=conversation, ended_at__isnull=True).update(ended_at=now)
        if outcome == Outcome.CLOSED:
            ask_how_it_went(conversation, agent, now)
        conversation.escalations.filter(closed_at__isnull=True).update(
            closed_at=now, outcome=outcome, lease_until=None, status=Status.RESOLVED, snoozed_until=None
        )
        audit.record(agent, outcome, f"conversation:{conversation_id}")
        transaction.on_commit(lambda: announce(conversation_id, "ended"))


def hold(conversation: Conversation, escalation: Escalation, agent: User, seconds: float | None = None) -> None:
    """Make ``agent`` the owner of a locked conversation, whoever had it; ``seconds`` is how long it is kept for them.

    A stint begins when they did not have it before. To be called in a transaction that locked the conversation.
    """
    had = conversation.owner == Owner.AGENT and conversation.agent_id == agent.pk
    if not had:
        release_locked(conversation)
    conversation.owner, conversation.agent = Owner.AGENT, agent
    conversation.save(update_fields=["owner", "agent"])
    escalation.assignee = agent
    escalation.taken_at = escalation.taken_at or clock.now()
    escalation.lease_until = lease_end(seconds)
    promises.resume(escalation, conversation.brand, clock.now())
    escalation.status, escalation.snoozed_until = Status.OPEN, None
    changed = ["reason", "assignee", "taken_at", "lease_until", "status", "snoozed_until", "resolve_due_at"]
    escalation.save(update_fields=changed)
    _cancel_unsent_bot_replies(conversation)
    if not had:
        new_stint(escalation, agent)
        transaction.on_commit(lambda: announce(conversation.id, "joined"))


def let_go(conversation: Conversation, escalation: Escalation) -> None:
    """Back to its place in the queue, for anybody. To be called in a transaction that locked the conversation."""
    release_locked(conversation)
    conversation.owner, conversation.agent = Owner.QUEUE, None
    conversation.save(update_fields=["owner", "agent"])
    escalation.assignee = escalation.lease_until = None
    escalation.save(update_fields=["assignee", "lease_until"])
    new_stint(escalation, None)
    transaction.on_commit(lambda: announce(conversation.id, "waiting"))


def new_stint(escalation: Escalation, agent: User | None) -> None:
    """From now the case is with ``agent``, or waits; what it did before ends."""
    now = clock.now()
    escalation.stints.filter(ended_at__isnull=True).update(ended_at=now)
    Stint.objects.create(escalation=escalation, agent=agent, waiting=agent is None, began_at=now)


def _operator(card: HandoffCard | None, slot: str) -> str:
    return str(card.known.get(slot, ""))[:20] if card else ""


def _cancel_unsent_bot_replies(conversation: Conversation) -> None:
    """The assistant never talks over a person: what it has not handed to the provider yet is not sent."""
    unsent = conversation.messages.filter(author=Author.BOT, delivery__in=[Delivery.QUEUED, Delivery.HELD])
    if ids := list(unsent.values_list("id", flat=True)):
        duties.leave_to_agent(ids)
        Message.objects.filter(id__in=ids).update(delivery=Delivery.CANCELLED)


def announce(conversation_id: uuid.UUID, status: str) -> None:
    """Tell whoever follows the conversation, and the console, that a handoff is waiting, joined or ended."""
    log.info("handoff", conversation=str(conversation_id), status=status)
    event: dict[str, object] = {"type": "handoff", "status": status}
    if status == "waiting" and (position := queue_position(Conversation.objects.get(id=conversation_id))):
        event["position"] = position
    events.publish(
        (events.conversation_group(conversation_id), event),
        events.changed(conversation_id),
    )
