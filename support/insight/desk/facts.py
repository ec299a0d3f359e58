"""What the figures are taken of: cases with their people, and what was said (``said``), in a handful of queries."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from support.insight.desk import scope as scopes
from support.insight.desk.instants import MICROS, Micros
from support.insight.desk.said import Said, said
from support.insight.desk.scope import Scope
from support.models import Escalation, Satisfaction, Stint

CASE = (
    "id", "conversation_id", "conversation__channel", "kind", "from_operator", "to_operator", "assignee_id", "reason",
    "priority", "opened_at", "due_at", "first_replied_at", "taken_at", "closed_at", "resolve_due_at", "reopened",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One stay in the queue, opened in the scope."""

    id: uuid.UUID
    conversation: uuid.UUID
    channel: str
    kind: str
    from_operator: str
    to_operator: str
    agent: int | None
    reason: str
    priority: int
    opened_at: datetime
    due_at: datetime
    first_replied_at: datetime | None
    taken_at: datetime | None
    closed_at: datetime | None
    resolve_due_at: datetime | None
    reopened: bool

    def holds(self, at: datetime) -> bool:
        """Whether it was open at that instant."""
        return self.opened_at <= at and (self.closed_at is None or at <= self.closed_at)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch that a case waited (no agent) or was with one, and that has ended; in seconds."""

    case: uuid.UUID
    agent: int | None
    waiting: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one report is made of."""

    cases: Sequence[Case]
    passages: Sequence[Passage]
    marks: Mapping[uuid.UUID, int | None]
    said: Said
    with_people: frozenset[uuid.UUID]  # conversations that had an open case at some time of the scope


def gather(scope: Scope) -> Facts:
    """Seven queries, however much there is."""
    chosen = scopes.cases(scope)
    found = [Case(*row) for row in chosen.values_list(*CASE)]
    return Facts(found, _passages(chosen), _marks(chosen), said(scope), _with_people(scope))


def _passages(chosen: QuerySet[Escalation]) -> list[Passage]:
    rows = Stint.objects.filter(escalation__in=chosen.values("pk"), ended_at__isnull=False).order_by()
    lasted = rows.annotate(lasted=Micros("ended_at") - Micros("began_at"))
    return [
        Passage(case, agent, waiting, micros / MICROS)
        for case, agent, waiting, micros in lasted.values_list("escalation_id", "agent_id", "waiting", "lasted")
    ]


def _marks(chosen: QuerySet[Escalation]) -> dict[uuid.UUID, int | None]:
    return dict(Satisfaction.objects.filter(escalation__in=chosen.values("pk")).values_list("escalation_id", "score"))


def _with_people(scope: Scope) -> frozenset[uuid.UUID]:
    """Cases opened before the scope and still open in it count as well."""
    rows = Escalation.objects.filter(opened_at__lt=scope.until).exclude(closed_at__lt=scope.since).order_by()
    return frozenset(rows.values_list("conversation_id", flat=True))


def by_conversation(cases: Sequence[Case]) -> Mapping[uuid.UUID, Sequence[Case]]:
    """The cases of each conversation."""
    found: dict[uuid.UUID, list[Case]] = defaultdict(list)
    for case in cases:
        found[case.conversation].append(case)
    return found
