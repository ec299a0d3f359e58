"""People in the conversation: calling one, taking, replying, handing back, closing. A handoff is a change of state."""

from __future__ import annotations

import uuid
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from chatbot.dialogue.state import State, StateError, from_json, handed_back, ordered, to_json
from chatbot.types import HandoffCard, HandoffReason, Slot
from chatbot.types import Priority as PriorityName
from support import case_identifiers, clock, db, doorbell, promises
from support.backoffice import duties
from support.models import (
    Author,
    Conversation,
    Delivery,
    Escalation,
    Message,
    Outcome,
    Owner,
    Priority,
    Reason,
    SlotEdit,
    Status,
    Stint,
)
from support.owning import EscalationError, lease_end, locked, require_owner
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
    transaction.on_commit(lambda: announce(conversation.id, "waiting"))
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
        conversation = locked(conversation_id)
        if conversation.owner == Owner.AGENT and conversation.agent_id != agent.pk:
            raise EscalationError(f"Cette conversation est déjà avec {conversation.agent}.")
        escalation = conversation.escalations.filter(closed_at__isnull=True).first()
        if escalation is None:
            escalation = open_locked(conversation, "human_request", "normal", "")
            escalation.reason = Reason.AGENT_STARTED
        already = conversation.owner == Owner.AGENT
        hold(conversation, escalation, agent)
        if not already:
            audit.record(agent, "take", f"conversation:{conversation.id}", {"reason": escalation.reason})
    return escalation


def arrange(
    conversation_id: uuid.UUID,
    agent: User,
    *,
    priority: Priority | None = None,
    status: Status | None = None,
    snoozed_until: datetime | None = None,
) -> None:
    """Set how urgent the agent's own case is, and where the work on it stands. Raises EscalationError."""
    with db.write():
        conversation = owned(conversation_id, agent)
        news: dict[str, Any] = {} if priority is None else {"priority": priority}
        if status is not None:
            news |= {"status": status, "snoozed_until": snoozed_until if status == Status.SNOOZED else None}
        if news:
            conversation.escalations.filter(closed_at__isnull=True).update(**news)
            transaction.on_commit(lambda: events.publish(events.changed(conversation_id)))


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


def set_collected(
    conversation_id: uuid.UUID, agent: User, place: int, slot: str, value: str | int, *, any_owner: bool = False
) -> None:
    """Write a fact of the case at ``place`` that the assistant is collecting, so that it is not asked for again.

    Only the owner may, unless ``any_owner``. Raises EscalationError.
    """
    with db.write():
        conversation = locked(conversation_id)
        if not any_owner:
            require_owner(conversation, agent)
        state = _readable_state(conversation)
        case = state.cases[place] if place < len(state.cases) else None
        if case is None or case.phase != "open":
            raise EscalationError("L'assistant ne collecte plus ce dossier : rechargez la fiche.")
        before, fact = case.slots.get(slot), Slot(value, f"agent:{agent.get_username()}", clock.now())
        asked = {name: count for name, count in case.asked.items() if name != slot}
        known = replace(case.with_slots({slot: fact}), asked=asked)
        put_state(conversation, replace(state, cases=(*state.cases[:place], known, *state.cases[place + 1 :])))
        SlotEdit.objects.create(
            conversation=conversation,
            kind=case.kind,
            slot=slot,
            before={"value": before.value} if before else {},
            after={"value": value},
            by=agent,
            at=fact.at,
        )
        audit.record(agent, "slot_corrected", f"conversation:{conversation_id}", {"slot": slot, "kind": case.kind})
        transaction.on_commit(lambda: events.publish(events.changed(conversation_id)))


def put_state(conversation: Conversation, state: State) -> None:
    """Keep what a person changed in a locked conversation's state.

    A turn at work read the old one: it loses its lease, so that it cannot write that back, and is rung for again.
    """
    before, after = conversation.state, to_json(replace(state, pending=None, offered=None))
    conversation.state = after
    conversation.turn_token = conversation.turn_until = None
    conversation.save(update_fields=["state", "turn_token", "turn_until"])
    case_identifiers.moved(conversation.id, before, after)
    if conversation.inbound_seq > conversation.handled_seq:
        transaction.on_commit(lambda: doorbell.ring_turn(conversation.id))


def _readable_state(conversation: Conversation) -> State:
    try:
        return from_json(conversation.state)
    except StateError:
        raise EscalationError("Ce que l'assistant a collecté ne se lit plus : écrivez une note.") from None


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
        conversation = locked(conversation_id)
        require_owner(conversation, agent)
        release_locked(conversation)
        now = clock.now()
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
