"""The team at work: who is there, what each says of themselves, how much each has. Times are the machine's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from support import db, staff
from support.models import Availability, Conversation, Owner, TeamMember
from support.privacy import audit

PRESENT = timedelta(seconds=60)  # an open page says so every twenty seconds


@dataclass(frozen=True, slots=True)
class Member:
    """One of the team as the others see them; ``here``: a page of theirs is open; ``load``: conversations they have."""

    user: User
    availability: str
    here: bool
    load: int
    capacity: int
    assigned_at: datetime | None
    skills: frozenset[str]
    languages: frozenset[str]

    @property
    def present(self) -> bool:
        """Whether work may be given to them without asking."""
        return self.here and self.availability == Availability.AVAILABLE


def see(user: User) -> None:
    """Note that a page of the console is open with ``user``. The first one ever makes them available."""
    now = timezone.now()
    with db.write():
        if not TeamMember.objects.filter(user=user).update(seen_at=now):
            TeamMember.objects.get_or_create(
                user=user, defaults={"seen_at": now, "availability": Availability.AVAILABLE}
            )


def say(user: User, availability: Availability) -> None:
    """Note what a member says of themselves."""
    with db.write():
        TeamMember.objects.update_or_create(
            user=user, defaults={"availability": availability, "seen_at": timezone.now()}
        )
        audit.record(user, "availability", f"user:{user.pk}", {"availability": availability})


def members() -> list[Member]:
    """Everybody who may take cases and was ever here, by name. Two queries however many they are."""
    may_act = staff.holders(staff.ACT).order_by().values("pk")
    rows = with_load().select_related("user").filter(user__in=may_act)
    found = [_member(row) for row in rows]
    return sorted(found, key=lambda one: (not one.here, staff.name(one.user)))


def with_load() -> QuerySet[TeamMember]:
    """Members with ``load``, the number of conversations each has."""
    held = Conversation.objects.filter(owner=Owner.AGENT, agent=OuterRef("user")).order_by().values("agent")
    return TeamMember.objects.annotate(load=Coalesce(Subquery(held.annotate(n=Count("id")).values("n")), 0))


def present() -> QuerySet[User]:
    """Who may answer, is available, and has a page open: what is told to those at work goes to them."""
    since = timezone.now() - PRESENT
    here = {"team_member__availability": Availability.AVAILABLE, "team_member__seen_at__gte": since}
    return staff.holders(staff.ACT).filter(**here)


def is_here(user: User) -> bool:
    """Whether a page of theirs is open, and they did not say that they are away: a colleague may give them a case."""
    seen = TeamMember.objects.filter(user=user, seen_at__gte=timezone.now() - PRESENT)
    return seen.exclude(availability=Availability.AWAY).exists()


def has_room(user: User) -> TeamMember | None:
    """The locked row of a member who is here, available and not full; else None. In a transaction that writes."""
    row = TeamMember.objects.select_for_update().filter(user=user).first()
    if row is None or row.availability != Availability.AVAILABLE or not _is_fresh(row):
        return None
    return row if Conversation.objects.filter(owner=Owner.AGENT, agent=user).count() < row.capacity else None


def leave(user: User) -> None:
    """They signed out: gone at once, not in a minute."""
    with db.write():
        TeamMember.objects.filter(user=user).update(seen_at=None)


def _member(row: TeamMember) -> Member:
    load: int = row.load  # type: ignore[attr-defined]  # annotated by with_load
    return Member(
        user=row.user,
        availability=row.availability,
        here=_is_fresh(row),
        load=load,
        capacity=row.capacity,
        assigned_at=row.assigned_at,
        skills=_words(row.skills),
        languages=_words(row.languages),
    )


def _is_fresh(row: TeamMember) -> bool:
    return row.seen_at is not None and row.seen_at >= timezone.now() - PRESENT


def _words(stored: Sequence[object]) -> frozenset[str]:
    return frozenset(map(str, stored or ()))
