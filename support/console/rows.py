"""A case as one row of the queue: read for many cases in a number of queries that does not grow with them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db.models import F, QuerySet

from support import promises
from support.console import values, words
from support.console.naming import customer_name, excerpt, person
from support.models import Escalation, Label, Message, Owner, Promised, Status
from support.transports.web.events import isoformat

Row = dict[str, Any]
Mark = tuple[Any, ...]
DUE_LABELS = {Promised.FIRST_REPLY: "1re réponse", Promised.NEXT_REPLY: "réponse", Promised.RESOLUTION: "résolution"}
# What a row is made of, apart from names and words, which are encrypted and dear to read.
_MARKED = (
    "id", "priority", "reason", "kind", "from_operator", "to_operator", "status", "snoozed_until", "due_at",
    "next_due_at", "resolve_due_at", "first_replied_at", "asked_at", "asked_count", "taken_at",
    "team_id", "team_freed_at", "conversation__owner", "conversation__agent_id", "conversation__inbound_seq",
)  # fmt: skip

_columns = attrgetter(*(name.replace("__", ".") for name in _MARKED))


def open_cases(ids: Iterable[uuid.UUID] | None = None) -> QuerySet[Escalation]:
    """Every open case, or those of ``ids`` that are open; most urgent first."""
    cases = Escalation.objects.filter(closed_at__isnull=True, conversation__owner__in=[Owner.QUEUE, Owner.AGENT])
    if ids is not None:
        cases = cases.filter(conversation__in=list(ids))
    return cases.order_by("priority", "due_at", "id")


def marks() -> dict[str, Mark]:
    """What each open case's row depends on, by conversation; a row whose mark is the same need not be read again.

    Two queries and nothing to decrypt: the price of looking at everything. A changed name shows no mark.
    """
    labels = _labels_of(open_cases().order_by().values("conversation"))
    return {
        str(conversation): _mark(columns, labels.get(conversation, []))
        for conversation, *columns in open_cases().values_list("conversation", *_MARKED)
    }


def read(ids: Iterable[uuid.UUID] | None = None) -> list[Row]:
    """The rows of open cases. Three queries."""
    return of(open_cases(ids))


def of(cases: QuerySet[Escalation]) -> list[Row]:
    """The rows of ``cases``, in their order. Three queries."""
    return [row for row, _ in _read(cases)]


def read_marked(ids: Iterable[uuid.UUID]) -> list[tuple[Row, Mark]]:
    """The rows of those of ``ids`` that are open, each with its mark. Three queries."""
    return _read(open_cases(ids))


def _read(cases: QuerySet[Escalation]) -> list[tuple[Row, Mark]]:
    people = ("conversation__identity", "conversation__customer", "conversation__agent", "assignee", "team")
    found = list(cases.select_related(*people).defer("summary", "conversation__state"))  # sealed, and not shown
    ids = [case.conversation_id for case in found]
    latest, labels = _latest_customer_messages(ids), _labels_of(ids)
    return [
        (_row(case, latest.get(case.conversation_id), own), _mark(_columns(case), own))
        for case, own in ((case, labels.get(case.conversation_id, [])) for case in found)
    ]


def _mark(columns: Iterable[Any], labels: Sequence[Mapping[str, Any]]) -> Mark:
    return (*columns, *(label["id"] for label in labels))


def _latest_customer_messages(conversations: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Message]:
    latest = Message.objects.filter(conversation__in=conversations, seq=F("conversation__inbound_seq"))
    return {message.conversation_id: message for message in latest.only("conversation_id", "text", "kind")}


def _labels_of(conversations: Any) -> Mapping[uuid.UUID, list[dict[str, Any]]]:
    links = Label.conversations.through.objects.filter(conversation__in=conversations).order_by("label__name")
    found: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    for conversation, label, name, colour in links.values_list(
        "conversation_id", "label_id", "label__name", "label__colour"
    ):
        found[conversation].append({"id": label, "name": name, "colour": colour})
    return found


def _row(case: Escalation, message: Message | None, labels: list[dict[str, Any]]) -> Row:
    conversation = case.conversation
    with_agent = conversation.owner == Owner.AGENT
    due, promised = nearest_due(case)
    return {
        "id": str(conversation.id),
        "case": str(case.id),
        "priority": case.priority,
        "priority_label": case.get_priority_display(),
        "reason": case.get_reason_display(),
        "kind": case.kind,
        "kind_label": words.claim_kind(conversation.brand, case.kind) if case.kind else "",
        "pair": pair(case),
        "stake": _stake(case),
        "customer": customer_name(conversation),
        "brand": conversation.brand,
        "channel": conversation.channel,
        "channel_label": conversation.get_channel_display(),
        "labels": labels,
        "team": {"id": case.team.pk, "name": case.team.name, "freed": bool(case.team_freed_at)} if case.team else None,
        "since": _iso(waiting_since(case)),
        "due": _iso(due),
        "due_label": DUE_LABELS[promised] if promised else "",
        "excerpt": excerpt(message),
        "agent": person(case.assignee if case.closed_at else conversation.agent if with_agent else None),
        "unanswered": case.asked_count if with_agent else 0,
        "waits": case.asked_count > 0,
        "status": case.status,
        "state": _state(case),
        "until": _iso(case.snoozed_until),
        "closed": _iso(case.closed_at),
    }


def _stake(case: Escalation) -> str:
    amount = case.card.get("amount_fcfa")
    return values.shown("amount_fcfa", amount) if amount else ""


def pair(case: Escalation) -> str:
    """ "Orange>Wave", as the filter has it; empty when neither operator is known."""
    known = (case.from_operator, case.to_operator)
    return ">".join(operator or "?" for operator in known) if any(known) else ""


def waiting_since(case: Escalation) -> datetime | None:
    """Since when the customer waits for a person; None when the ball is with the customer."""
    if case.closed_at:
        return None
    if case.asked_count:
        return case.asked_at or case.opened_at
    waits_in_line = case.conversation.owner == Owner.QUEUE or case.first_replied_at is None
    return case.opened_at if waits_in_line else None


def nearest_due(case: Escalation) -> tuple[datetime | None, Promised | None]:
    """The next promise to keep and which one it is: first reply, next reply or resolution; (None, None) without one."""
    standing = promises.standing(case) if case.closed_at is None else ()
    promise = min(standing, key=lambda one: one.due, default=None)
    return (promise.due, promise.name) if promise else (None, None)


def _state(case: Escalation) -> str:
    if case.closed_at:
        return case.get_outcome_display()
    if case.status != Status.OPEN:
        return case.get_status_display()
    if case.conversation.owner == Owner.QUEUE:
        return "Revenue dans la file" if case.taken_at else "Nouvelle"
    if case.first_replied_at is None:
        return "Prise, sans réponse"
    return "Le client attend" if case.asked_count else "Répondu"


def _iso(at: datetime | None) -> str | None:
    return isoformat(at) if at else None
