"""Where the work on a case stands: open, waiting for the customer, asleep until a time; and its priority."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from support import clock, db, promises
from support.models import Escalation, Owner, Priority, Status
from support.owning import EscalationError, lease_end, locked, open_case
from support.privacy import audit
from support.staff import name
from support.transports.web import events

MORNING = time(8)
MONDAY = 0
LONGEST_SNOOZE = timedelta(days=90)


def set_status(
    conversation_id: uuid.UUID, agent: User, status: Status, until: datetime | None = None, *, of_anybody: bool = False
) -> None:
    """Say where the work on an open case stands; a snooze ends at ``until``. Raises EscalationError.

    A case with a colleague is theirs to set aside, unless ``of_anybody`` (for those who may assign). A case that is
    set aside keeps its agent: its lease stands still until it is open again.
    """
    if status == Status.RESOLVED:
        raise ValueError("a case is resolved by closing it")
    if (status == Status.SNOOZED) != (until is not None):
        raise ValueError("a snooze has an end, and nothing else has")
    if until and not clock.now() < until <= clock.now() + LONGEST_SNOOZE:
        raise EscalationError("La fin de la veille doit être à venir, dans les 90 jours.")
    with db.write():
        case = _open_case(conversation_id, agent, of_anybody=of_anybody)
        if status != Status.PENDING:
            promises.resume(case, case.conversation.brand, clock.now())
        case.status, case.snoozed_until = status, until
        case.lease_until = _lease_end(case) if status == Status.OPEN else None
        case.save(update_fields=["status", "snoozed_until", "lease_until", "resolve_due_at"])
        details = {"status": status.value, **({"until": until.isoformat()} if until else {})}
        audit.record(agent, "status", f"conversation:{conversation_id}", details)
        _tell(conversation_id)


def set_priority(conversation_id: uuid.UUID, agent: User, priority: Priority) -> None:
    """Make an open case more or less urgent; when it rises, what it is promised comes due no later for it.

    Anybody of the desk may: it says how long a customer can wait, not who answers. Raises EscalationError.
    """
    with db.write():
        case = _open_case(conversation_id, agent, of_anybody=True)
        if case.priority == priority:
            return
        if priority < case.priority:
            promises.tighten(case, case.conversation.brand, priority, clock.now())
        case.priority = priority
        case.save(update_fields=["priority", "due_at", "resolve_due_at"])
        audit.record(agent, "priority", f"conversation:{conversation_id}", {"priority": int(priority)})
        _tell(conversation_id)


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


def wake() -> int:
    """Open the cases whose snooze is over; returns how many. For the sweeper."""
    due = Escalation.objects.filter(status=Status.SNOOZED, snoozed_until__lte=clock.now())
    woken = 0
    for case_id, conversation_id in list(due.values_list("id", "conversation_id")):
        with db.write():
            locked(conversation_id)
            case = due.filter(id=case_id).first()
            if case is None:
                continue  # the customer wrote, or somebody was quicker
            case.status, case.snoozed_until, case.lease_until = Status.OPEN, None, _lease_end(case)
            case.save(update_fields=["status", "snoozed_until", "lease_until"])
            audit.record(None, "snooze_ended", f"conversation:{conversation_id}")
            _tell(conversation_id)
            woken += 1
    return woken


def settle_leases() -> None:
    """A case set aside is held without a lease, and an open one with one. For the sweeper, before leases expire.

    Two doors do not know of this: an agent who reads a case that sleeps renews its lease, and the message of a customer
    opens a case whose lease stood still.
    """
    held = Escalation.objects.filter(closed_at__isnull=True, conversation__owner=Owner.AGENT)
    aside = held.filter(status__in=[Status.PENDING, Status.SNOOZED], lease_until__isnull=False)
    unheld = held.filter(status=Status.OPEN, lease_until__isnull=True)
    if aside.exists() or unheld.exists():  # a look costs no writer's turn
        with db.write():
            aside.update(lease_until=None)
            unheld.update(lease_until=lease_end())


def snooze_end(choice: str, now: datetime) -> datetime:
    """When a snooze ends: "1h", "4h", "tomorrow" and "monday" at eight, or a day ("2026-12-24") at eight, local time.

    Raises EscalationError for anything else.
    """
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    match choice:
        case "1h" | "4h":
            return now + timedelta(hours=int(choice[0]))
        case "tomorrow":
            day = local.date() + timedelta(days=1)
        case "monday":
            day = local.date() + timedelta(days=(MONDAY - local.weekday() - 1) % 7 + 1)
        case _:
            try:
                day = date.fromisoformat(choice)
            except ValueError:
                raise EscalationError("Cette fin de veille n'est pas une date.") from None
    return datetime.combine(day, MORNING, local.tzinfo)


def _open_case(conversation_id: uuid.UUID, agent: User, *, of_anybody: bool) -> Escalation:
    """The open case of a conversation, which is locked first: everybody locks in that order."""
    conversation = locked(conversation_id)
    if conversation.owner == Owner.AGENT and conversation.agent_id != agent.pk and not of_anybody:
        colleague = conversation.agent
        raise EscalationError(f"Cette conversation est déjà avec {name(colleague) if colleague else 'un collègue'}.")
    if (case := open_case(conversation)) is None:
        raise EscalationError("Cette conversation n'est plus dans la file.")
    return case


def _lease_end(case: Escalation) -> datetime | None:
    return lease_end() if case.assignee_id else None


def _tell(conversation_id: uuid.UUID) -> None:
    transaction.on_commit(partial(events.publish, events.changed(conversation_id)))
