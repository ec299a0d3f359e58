"""The radar: kinds of trouble between two operators that grow beyond what is usual at this time of day.

Counts of the last hours are held against the same hours of days of the same kind in the four weeks before (``usual``).
"Beyond": at least ``FEWEST`` cases, ``TIMES`` the usual, and so many that chance alone (a Poisson law with the usual
count as its mean, and half a case where there was none) would bring them less than once in ``1 / CHANCE`` looks.
Several windows are looked through: a short one sees a sudden trouble early, a long one a slow one at all.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from support import clock, notices, redis_client, staff
from support.console import hours_text, roles
from support.incidents.usual import ANY, DAYS, Like, like
from support.models import Claim, Conversation, Escalation, Holiday, Incident, NoticeKind

WINDOWS = (timedelta(hours=1), timedelta(hours=3), timedelta(hours=8))
FEWEST = 5
TIMES = 2.0
CHANCE = 0.0005
LEAST_USUAL = 0.5
QUIET_SECONDS = 2 * 3600


@dataclass(frozen=True, slots=True)
class Group:
    """What is counted together. Empty: not known."""

    kind: str
    from_operator: str
    to_operator: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Blip:
    """A group beyond its usual: ``count`` cases since ``since``, where ``usual`` were expected ``of`` such a day."""

    group: Group
    count: int
    usual: float
    since: datetime
    until: datetime
    first_at: datetime
    chance: float
    of: str = ANY


def blips(brand: str, now: datetime) -> list[Blip]:
    """What grows beyond the usual, least by chance first; of several windows the one that is least chance."""
    found: dict[Group, Blip] = {}
    rows = list(_events(brand, now))
    since, holidays = _known_since(brand, rows, now), _holidays(brand)
    for window in WINDOWS:
        for blip in _beyond(rows, like(now, window, since, holidays), window, now):
            whole = replace(blip.group, error="")  # one trouble is told once, with its error or without
            if whole not in found or blip.chance < found[whole].chance:
                found[whole] = blip
    return sorted(found.values(), key=lambda blip: blip.chance)


def counted(brand: str, group: Group, since: datetime, until: datetime) -> tuple[QuerySet[Claim], QuerySet[Escalation]]:
    """What a blip counts: the claims and the cases of its group after ``since``, up to ``until``."""
    named = {name: getattr(group, name) for name in _NAMES}
    claims = _claims(brand, since, until).filter(**named)
    if group.error:
        return claims.filter(error=group.error), Escalation.objects.none()
    return claims, _unclaimed(brand, since, until).filter(**named)


def at_least(count: int, mean: float) -> float:
    """The probability that a Poisson law of this ``mean`` gives ``count`` or more."""
    if count <= 0:
        return 1.0
    below = math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count))
    return max(0.0, 1.0 - below)


def watch(brand: str) -> int:
    """Give supervisors notice of blips that no open incident covers; each group once in two hours. Returns how many."""
    now, told = clock.now(), 0
    for blip in blips(brand, now):
        if covered(brand, blip.group) or not _first_to_tell(brand, blip.group):
            continue
        leads = staff.holders(roles.INCIDENTS)
        with transaction.atomic():
            told += notices.tell(leads, NoticeKind.INCIDENT, None, sentence(blip)) > 0
    return told


def covered(brand: str, group: Group) -> bool:
    """Whether an open incident already names this group."""
    return any(
        all(not getattr(row, name) or getattr(row, name) == getattr(group, name) for name in _NAMES)
        for row in Incident.objects.filter(brand=brand, fixed_at__isnull=True)
    )


def sentence(blip: Blip) -> str:
    """« 37 cas Orange → Wave depuis 14 h 10, contre 4 aux mêmes heures un dimanche »."""
    group = blip.group
    pair = f"{group.from_operator or '?'} → {group.to_operator or '?'}"
    usual = f"{blip.usual:.1f}".replace(".", ",").removesuffix(",0")
    since = timezone.localtime(blip.first_at)
    return (
        f"{blip.count} cas {pair} depuis {since:%H\u00a0h\u00a0%M}, contre {usual} aux mêmes heures {blip.of or ANY}."
    )


_NAMES = ("kind", "from_operator", "to_operator")
_Row = tuple[Group, datetime]


def _events(brand: str, now: datetime) -> Iterator[_Row]:
    """Claims when they were filed, and cases of people that are about no claim."""
    claims, cases = _claims(brand, _horizon(now), now), _unclaimed(brand, _horizon(now), now)
    for kind, sender, receiver, error, at in claims.values_list(*_NAMES, "error", "filed_at").iterator():
        yield Group(kind, sender, receiver), at
        if error:
            yield Group(kind, sender, receiver, error), at
    for kind, sender, receiver, at in cases.values_list(*_NAMES, "opened_at").iterator():
        yield Group(kind, sender, receiver), at


def _claims(brand: str, since: datetime, until: datetime) -> QuerySet[Claim]:
    return Claim.objects.filter(conversation__brand=brand, filed_at__gt=since, filed_at__lte=until)


def _unclaimed(brand: str, since: datetime, until: datetime) -> QuerySet[Escalation]:
    """Cases between operators somebody knows, of conversations without a claim in all that the radar looks at."""
    cases = Escalation.objects.filter(conversation__brand=brand, opened_at__gt=since, opened_at__lte=until)
    known = cases.exclude(from_operator="", to_operator="")
    return known.exclude(conversation__claims__filed_at__gt=_horizon(until))


def _horizon(now: datetime) -> datetime:
    return now - timedelta(days=DAYS) - WINDOWS[-1]


def _beyond(rows: Iterable[_Row], days: Like, window: timedelta, now: datetime) -> Iterator[Blip]:
    counts: dict[Group, Counter[int]] = defaultdict(Counter)  # by days ago; 0 is now
    first: dict[Group, datetime] = {}
    for group, at in rows:
        days_ago, age = divmod(now - at, timedelta(days=1))
        if age < window:
            counts[group][days_ago] += 1
            if not days_ago:
                first[group] = min(at, first.get(group, at))
    for group, by_day in counts.items():
        count, usual = by_day[0], days.usual(by_day)
        expected = max(usual.count, LEAST_USUAL)
        chance = at_least(count, expected)
        if count >= FEWEST and count >= TIMES * expected and chance < CHANCE:
            yield Blip(group, count, usual.count, now - window, now, first[group], chance, usual.of)


def _known_since(brand: str, rows: Iterable[_Row], now: datetime) -> datetime:
    """Since when the desk is there: before that, nothing was counted."""
    first = Conversation.objects.filter(brand=brand).order_by("id").values_list("created_at", flat=True).first()
    return min([first or now, *(at for _, at in rows)])


def _holidays(brand: str) -> frozenset[date]:
    """The brand's, else those the house knows."""
    entered = frozenset(Holiday.objects.filter(brand=brand).values_list("day", flat=True))
    return entered or frozenset(hours_text.known_holidays())


def _first_to_tell(brand: str, group: Group) -> bool:
    key = f"radar:{brand}:{group.kind}:{group.from_operator}:{group.to_operator}:{group.error}"
    return bool(redis_client.connection().set(key, "1", nx=True, ex=QUIET_SECONDS))
