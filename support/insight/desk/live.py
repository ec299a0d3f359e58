"""The desk at this instant: who is there, what waits and for how long, what the last hour brought."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Count, Min, Q

from support import satisfaction
from support.console.naming import customer_name
from support.models import Author, Escalation, Message, Owner, Priority, Status, TeamMember
from support.team import PRESENT
from support.transports.web.events import isoformat

LOW_SCORES = 12  # shown at once; the count says how many there are
SOON = timedelta(minutes=5)  # what is due so soon is about to be late
_OPEN = Q(closed_at__isnull=True)
_WORKED = _OPEN & Q(status=Status.OPEN)
_WAITING = _WORKED & Q(conversation__owner=Owner.QUEUE)


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the team. ``asked``: how many of their cases have a message without an answer."""

    id: int
    name: str
    availability: str
    label: str
    there: bool
    seen_at: str | None
    cases: int
    asked: int
    capacity: int | None


def snapshot(now: datetime) -> dict[str, Any]:
    """As the board's page reads it. Eight queries, however long the queue."""
    return {
        "now": isoformat(now),
        "people": [asdict(person) for person in _people(now)],
        "waiting": _waiting(),
        "priorities": _priorities(),
        "late": _late(now),
        "hour": _hour(now),
        "low_scores": _low_scores(),
    }


def _people(now: datetime) -> list[Person]:
    """Members of the team, and whoever else has a case; those who are there first."""
    mine = Escalation.objects.filter(_OPEN, conversation__owner=Owner.AGENT, conversation__agent__isnull=False)
    load = {
        row["conversation__agent"]: (row["cases"], row["asked"])
        for row in mine.order_by()
        .values("conversation__agent")
        .annotate(cases=Count("id"), asked=Count("id", filter=Q(asked_at__isnull=False)))
    }
    members = {member.user_id: member for member in TeamMember.objects.all()}
    users = User.objects.filter(pk__in={*load, *members}, is_active=True)
    people = [_person(user, members.get(user.pk), *load.get(user.pk, (0, 0)), now) for user in users]
    return sorted(people, key=lambda person: (not person.there, -person.cases, person.name))


def _person(user: User, member: TeamMember | None, cases: int, asked: int, now: datetime) -> Person:
    seen = member.seen_at if member else None
    return Person(
        id=user.pk,
        name=user.get_full_name() or user.get_username(),
        availability=member.availability if member else "",
        label=member.get_availability_display() if member else "",
        there=seen is not None and seen > now - PRESENT,
        seen_at=isoformat(seen) if seen else None,
        cases=cases,
        asked=asked,
        capacity=member.capacity if member else None,
    )


def _waiting() -> dict[str, Any]:
    oldest = (
        Escalation.objects.filter(_WAITING).order_by("opened_at").values_list("opened_at", "conversation_id").first()
    )
    return {"oldest": isoformat(oldest[0]) if oldest else None, "case": str(oldest[1]) if oldest else None}


def _priorities() -> list[dict[str, Any]]:
    rows = (
        Escalation.objects.filter(_WAITING)
        .order_by()
        .values("priority")
        .annotate(n=Count("id"), oldest=Min("opened_at"))
    )
    found = {row["priority"]: row for row in rows}
    return [
        {
            "level": level.value,
            "label": level.label,
            "count": found[level]["n"] if level in found else 0,
            "oldest": isoformat(found[level]["oldest"]) if level in found else None,
        }
        for level in Priority
    ]


def _late(now: datetime) -> dict[str, int]:
    """Of the open cases: promises missed and about to be, questions without an answer, and what rests.

    Late is what the queue shows as late: its nearest promise, as ``rows.nearest_due`` has it, is past.
    """
    asked, late = _WORKED & Q(asked_count__gt=0), _due_before(now)
    return Escalation.objects.filter(_OPEN).aggregate(
        breached=Count("id", filter=_WORKED & late),
        soon=Count("id", filter=_WORKED & _due_before(now + SOON) & ~late),
        asked=Count("id", filter=asked),
        unanswered=Count("id", filter=asked & Q(conversation__owner=Owner.AGENT)),
        pending=Count("id", filter=Q(status=Status.PENDING)),
        snoozed=Count("id", filter=Q(status=Status.SNOOZED)),
    )


def _due_before(at: datetime) -> Q:
    first, following = Q(first_replied_at__isnull=True, due_at__lt=at), Q(asked_count__gt=0, next_due_at__lt=at)
    return first | following | Q(resolve_due_at__isnull=False, resolve_due_at__lt=at)


def _low_scores() -> dict[str, Any]:
    """Unhappy customers nobody has looked at yet: how many, and the newest of them."""
    rows = satisfaction.low_scores(settings.BRAND)
    newest = [
        {
            "id": row.pk,
            "score": row.score,
            "agent": (row.agent.get_full_name() or row.agent.get_username()) if row.agent else "",
            "channel": row.conversation.get_channel_display(),
            "customer": customer_name(row.conversation),
            "conversation": str(row.conversation_id),
            "at": isoformat(row.answered_at),
        }
        for row in rows.select_related("agent", "conversation__identity", "conversation__customer")[:LOW_SCORES]
        if row.answered_at
    ]
    return {"count": rows.count(), "newest": newest}


def _hour(now: datetime) -> dict[str, int]:
    since = now - timedelta(hours=1)
    said = Message.objects.filter(stored_at__gte=since).aggregate(
        customer=Count("id", filter=Q(author=Author.CUSTOMER)),
        bot=Count("id", filter=Q(author=Author.BOT)),
        agent=Count("id", filter=Q(author=Author.AGENT)),
    )
    return said | {
        "opened": Escalation.objects.filter(opened_at__gte=since).count(),
        "closed": Escalation.objects.filter(closed_at__gte=since).count(),
    }
