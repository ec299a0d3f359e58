"""Everything that happened to a conversation, the messages themselves aside: newest first, a page at a time, in French.

Six sources, one query each whatever the page: acts of staff, escalations, claims, notes, messages that did not arrive,
satisfaction.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse

from support.console import merging, words
from support.console.lookups import lookup, sees_whole
from support.console.masking import mask_phones
from support.console.naming import author
from support.models import (
    AuditEvent,
    ClaimEvent,
    Conversation,
    Delivery,
    Escalation,
    Message,
    Note,
    Priority,
    Promised,
    Satisfaction,
)
from support.problems import document
from support.transports.web.events import isoformat

PAGE = 40
TROUBLE = (Delivery.FAILED, Delivery.UNKNOWN, Delivery.HELD, Delivery.CANCELLED)
TOLD_ELSEWHERE = ("note", "claim_corrected")  # acts that stand in the timeline by what they made
Cursor = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``key`` tells entries of one instant apart; ``seq`` is the message it is about."""

    at: datetime
    key: str
    kind: str
    who: str
    text: str
    seq: int | None = None

    @property
    def order(self) -> Cursor:
        return self.at, self.key


@lookup
def timeline(request: HttpRequest, conversation: Conversation, user: User) -> HttpResponse:
    """A page that ends before ``?before=``, as the page before it said."""
    try:
        before = _cursor(request.GET.get("before", ""))
    except ValueError:
        return document(422, "« before » ne se lit pas.")
    entries = page(conversation, before)
    whole = sees_whole(request, user, conversation.id)
    last = entries[-1].order if len(entries) == PAGE else None
    return JsonResponse(
        {
            "entries": [_as_json(entry, whole_numbers=whole) for entry in entries],
            "before": f"{last[0].isoformat()}|{last[1]}" if last else None,
        }
    )


def page(conversation: Conversation, before: Cursor | None = None) -> list[Entry]:
    """The PAGE newest entries before ``before``. Six queries."""
    found: Iterator[Entry] = (entry for source in SOURCES for entry in source(conversation, before))
    return heapq.nlargest(PAGE, (each for each in found if not before or each.order < before), key=lambda e: e.order)


def _as_json(entry: Entry, *, whole_numbers: bool) -> dict[str, Any]:
    return {
        "at": isoformat(entry.at),
        "kind": entry.kind,
        "who": entry.who,
        "text": entry.text if whole_numbers else mask_phones(entry.text),
        "seq": entry.seq,
    }


def _cursor(text: str) -> Cursor | None:
    """Raises ValueError."""
    if not text:
        return None
    at, _, key = text.partition("|")
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment, key


def _newest(rows: QuerySet[Any], field: str, before: Cursor | None) -> Iterable[Any]:
    """Enough rows for a page. At the cursor's own instant some may be shown already, so more are looked at."""
    if before:
        rows = rows.filter(**{f"{field}__lte": before[0]})
    return rows.order_by(f"-{field}", "-pk")[: 2 * PAGE if before else PAGE]


def _acts(conversation: Conversation, before: Cursor | None) -> Iterator[Entry]:
    rows = AuditEvent.objects.filter(target=f"conversation:{conversation.id}").exclude(action__in=TOLD_ELSEWHERE)
    rows = rows.select_related("actor")
    for row in _newest(rows, "at", before):
        text = words.code("staff_acts", row.action)
        kind = "trouble" if row.action == "sla_breached" else "act"
        yield Entry(row.at, f"a{row.pk:012}", kind, author(row), f"{text}{_detail(row, conversation)}")


def _detail(row: AuditEvent, conversation: Conversation) -> str:
    details: Mapping[str, Any] = row.details
    if row.action.startswith("label_"):
        return f" « {details.get('name', '')} »"
    if row.action == "team":
        return f" {details.get('team', '')}"
    if row.action == "priority":
        return f" : {dict(Priority.choices).get(details.get('priority', -1), '')}".lower()
    if row.action == "slot_corrected":
        return f" : {words.slot(conversation.brand, str(details.get('kind', '')), str(details.get('slot', '')))}"
    if row.action == "sla_breached":
        return f" : {dict(Promised.choices).get(details.get('promise', ''), '')}".lower()
    if row.action == "merged":
        return f" : {merging.reasons().get(details.get('reason', ''), '')}".lower()
    to = details.get("to") or details.get("agent")
    return f" à {to}" if isinstance(to, str) else ""


def _escalations(conversation: Conversation, before: Cursor | None) -> Iterator[Entry]:
    """Opened, and ended. One that ended after the cursor may have been opened before it."""
    rows = Escalation.objects.filter(conversation=conversation)
    for row in _newest(rows, "opened_at", before):
        again = " (rouverte)" if row.reopened else ""
        reason = f"{row.get_reason_display()}, priorité {row.get_priority_display().lower()}"
        yield Entry(row.opened_at, f"e{row.pk}", "escalation", "Demande", f"une personne est appelée : {reason}{again}")
        if row.first_replied_at:
            yield Entry(
                row.first_replied_at, f"g{row.pk}", "escalation", "Conseiller", "première réponse d'une personne"
            )
        if row.closed_at:
            end = row.get_outcome_display().lower() or "terminée"
            yield Entry(row.closed_at, f"h{row.pk}", "escalation", "Demande", end)


def _claims(conversation: Conversation, before: Cursor | None) -> Iterator[Entry]:
    rows = ClaimEvent.objects.filter(claim__conversation=conversation).select_related("claim")
    for row in _newest(rows, "at", before):
        by = row.details.get("by") or ("Back-office" if row.name == "status" else "Assistant")
        changed = ", ".join(_slots_of(row, conversation)) if row.name == "corrected" else ""
        text = f"{row.claim.number} : {words.happened(row)}{f' ({changed})' if changed else ''}"
        yield Entry(row.at, f"c{row.pk:012}", "claim", str(by), text)


def _slots_of(row: ClaimEvent, conversation: Conversation) -> Iterator[str]:
    after = row.details.get("after")
    for name in after if isinstance(after, Mapping) else ():
        yield words.slot(conversation.brand, row.claim.kind, name)


def _notes(conversation: Conversation, before: Cursor | None) -> Iterator[Entry]:
    rows = Note.objects.filter(conversation=conversation).select_related("author")
    for row in _newest(rows, "at", before):
        who = row.author.get_username() if row.author else "Ancien membre"
        yield Entry(row.at, f"n{row.pk}", "note", who, f"note interne : {row.text}")


def _undelivered(conversation: Conversation, before: Cursor | None) -> Iterator[Entry]:
    rows = Message.objects.filter(conversation=conversation, delivery__in=TROUBLE).defer("text", "reading")
    for row in _newest(rows, "at", before):
        why = words.explain(row.delivery, row.error_code).why
        state = Delivery(row.delivery).label.partition(" (")[0].lower()
        text = f"message n° {row.seq} : {state}{f', {why}' if why else ''}"
        yield Entry(row.at, f"m{row.seq:012}", "trouble", row.get_author_display(), text, row.seq)


def _satisfaction(conversation: Conversation, before: Cursor | None) -> Iterator[Entry]:
    rows = Satisfaction.objects.filter(conversation=conversation)
    for row in _newest(rows, "asked_at", before):
        yield Entry(row.asked_at, f"s{row.pk:012}", "satisfaction", "Assistant", "demande une note de satisfaction")
        if row.answered_at and row.score:
            yield Entry(row.answered_at, f"t{row.pk:012}", "satisfaction", "Client", f"note {row.score} sur 5")


def _first_message(conversation: Conversation, before: Cursor | None) -> Iterator[Entry]:
    yield Entry(conversation.created_at, "0", "start", "Client", "première prise de contact")


Source = Callable[[Conversation, Cursor | None], Iterator[Entry]]
SOURCES: tuple[Source, ...] = (_acts, _escalations, _claims, _notes, _undelivered, _satisfaction, _first_message)
