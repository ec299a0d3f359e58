"""Warns of promises about to be broken and tells of those that are: each once, by whichever worker comes first."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from support import clock, db, notices, promises, staff, statuses, team
from support.models import Escalation, NoticeKind, Occasion, PromiseEvent, PromiseStep
from support.owning import locked
from support.privacy import audit
from support.promises import Promise
from support.rules import occasions
from support.transports.web import events

log = structlog.get_logger(__name__)
AT_ONCE = 200  # what one look tells of; the next look tells of the rest
Told = tuple[uuid.UUID, str, str, datetime]
KINDS = {PromiseStep.WARNED: NoticeKind.WARNING, PromiseStep.BREACHED: NoticeKind.BREACH}


@dataclass(frozen=True, slots=True)
class Found:
    """A promise of a case, and what is to be told of it now."""

    case: uuid.UUID
    conversation: uuid.UUID
    promise: Promise
    step: PromiseStep


def look() -> int:
    """Tell of every promise that has come so far since the last look; returns of how many."""
    now = clock.now()
    told = set(
        PromiseEvent.objects.filter(escalation__closed_at__isnull=True)
        .order_by()
        .values_list("escalation_id", "promise", "step", "began_at")
    )
    found = sorted(_found(now, told), key=lambda one: one.promise.due)[:AT_ONCE]
    count = sum(_tell(one) for one in found)
    if count:
        log.info("promises_told", count=count)
    return count


def _found(now: datetime, told: set[Told]) -> Iterator[Found]:
    for case in _open_cases().iterator(chunk_size=1000):
        for promise in promises.standing(case):
            step = _step(case, promise, now)
            if step and (case.id, promise.name, step, promise.began) not in told:
                yield Found(case.id, case.conversation_id, promise, step)


def _open_cases() -> QuerySet[Escalation]:
    """Without their cards and summaries, which are encrypted and not looked at here."""
    rows = Escalation.objects.filter(closed_at__isnull=True).select_related("conversation").order_by()
    return rows.only(*promises.CLOCK_FIELDS, "warned_at", "breached_at", "assignee_id", "conversation__brand")


def _step(case: Escalation, promise: Promise, now: datetime) -> PromiseStep | None:
    if now >= promise.due:
        return PromiseStep.BREACHED
    brand = case.conversation.brand
    level = promises.level_for(brand, case.kind, case.priority)
    return PromiseStep.WARNED if promise.is_warned_of(level, brand, now) else None


def _tell(found: Found) -> bool:
    """Look at the case again under its lock: another worker, a reply or an end may have come first."""
    now = clock.now()
    with db.write():
        locked(found.conversation)
        case = _open_cases().filter(id=found.case).first()
        if case is None or found.promise not in promises.standing(case):
            return False
        _, fresh = PromiseEvent.objects.get_or_create(
            escalation=case,
            promise=found.promise.name,
            step=found.step,
            began_at=found.promise.began,
            defaults={"due_at": found.promise.due, "at": now},
        )
        if not fresh:
            return False
        notices.tell(_whom(case, found.step), KINDS[found.step], case.conversation_id, _words(found))
        _note(case, found, now)
        transaction.on_commit(lambda: events.publish(events.changed(found.conversation)))
    return True


def _note(case: Escalation, found: Found, now: datetime) -> None:
    if found.step == PromiseStep.WARNED:
        statuses.note_warning(case, now)
        occasions.note(case.conversation, case, Occasion.PROMISE)
        return
    statuses.note_breach(case, now)
    details = {"promise": found.promise.name, "due": found.promise.due.isoformat(), "priority": case.priority}
    audit.record(None, "sla_breached", f"conversation:{found.conversation}", details)


def _whom(case: Escalation, step: PromiseStep) -> list[User]:
    """Who has the case, else who is there to take it. Supervisors hear of what was broken, and of what nobody has."""
    users = list(User.objects.filter(id=case.assignee_id)) if case.assignee_id else []
    if step == PromiseStep.BREACHED:
        users += staff.supervisors()
    elif not users:
        users += team.present() or staff.supervisors()
    return list(dict.fromkeys(users))


def _words(found: Found) -> str:
    due = found.promise.due.astimezone(ZoneInfo(settings.TIME_ZONE))
    before = "attendue avant" if found.step == PromiseStep.WARNED else "était attendue avant"
    return f"{found.promise.name.label} {before} {due:%H h %M} (le {due:%d/%m})."
