"""What the figures are taken of: cases with their people, and what was said (``said``), in a handful of queries."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet

from support.insight.desk import scope as scopes
from support.insight.desk.instants import MICROS, Micros
from support.insight.desk.said import Reply, Said, said
from support.insight.desk.scope import Scope
from support.models import Escalation, Satisfaction, Stint

CASE = (
    "id", "conversation_id", "conversation__channel", "kind", "from_operator", "to_operator", "assignee_id", "reason",
    "priority", "opened_at", "due_at", "first_replied_at", "taken_at", "closed_at", "resolve_due_at", "reopened",
)  # fmt: skip


Seconds = Mapping[uuid.UUID, Mapping[int | None, float]]  # by case and agent


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


@dataclass(frozen=True)
class Facts:
    """All that one report is made of, and what several of its tables need of that, worked out once."""

    cases: Sequence[Case]
    passages: Sequence[Passage]
    marks: Mapping[uuid.UUID, int | None]
    said: Said
    with_people: frozenset[uuid.UUID]  # conversations that had an open case at some time of the scope

    @cached_property
    def queue(self) -> Seconds:
        """What each case waited without an agent."""
        return self._seconds(waiting=True)

    @cached_property
    def handling(self) -> Seconds:
        """How long each case was with each agent."""
        return self._seconds(waiting=False)

    @cached_property
    def next_replies(self) -> Sequence[tuple[Reply, uuid.UUID]]:
        """Agents' replies that went on with a case, with that case."""
        known = by_conversation(self.cases)
        answers = ((reply, _continued(reply, known.get(reply.conversation, ()))) for reply in self.said.replies)
        return [(reply, case.id) for reply, case in answers if case]

    def _seconds(self, *, waiting: bool) -> Seconds:
        found: dict[uuid.UUID, dict[int | None, float]] = defaultdict(lambda: defaultdict(float))
        for passage in self.passages:
            if passage.waiting == waiting:
                found[passage.case][passage.agent] += passage.seconds
        return found


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


def _continued(reply: Reply, cases: Iterable[Case]) -> Case | None:
    """The case in which ``reply`` goes on, when a person had answered in it before the customer asked again."""
    return next(
        (c for c in cases if c.holds(reply.at) and c.first_replied_at and c.first_replied_at < reply.asked_at), None
    )
