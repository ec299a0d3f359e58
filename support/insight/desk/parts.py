"""The part of a list that one figure counts: the cases opened at an hour, the claims of an age, those too late."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q

from support.insight.desk.francs import AGES
from support.models import ClaimStatus

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
LATE = timedelta(hours=48)  # of money that a customer misses
FIRST_LATE, END_LATE, REOPENED, LONG, UNKNOWN_AMOUNT, ASKED_CUSTOMER = (
    "first-late", "end-late", "reopened", "over-48-hours", "no-amount", "waiting-customer",
)  # fmt: skip
_Part = tuple[str, Q]


@dataclass(frozen=True, slots=True)
class Parts:
    """``said``: what they are, in French; "" when nothing was asked for that is known."""

    said: str
    rows: Q


def hour(number: int) -> str:
    """The code of an hour of the day."""
    return f"hour-{number}"


def weekday(number: int) -> str:
    """The code of a day of the week, 0 for Monday."""
    return f"weekday-{number}"


def mark(number: int) -> str:
    """The code of a mark from 1 to 5."""
    return f"mark-{number}"


def age(code: str) -> str:
    """The code of one of ``francs.AGES``."""
    return f"age-{code}"


def of_cases(codes: str, now: datetime) -> Parts:
    """Of cases; several codes stand with commas between them, and narrow together. An unknown one does nothing."""
    return _read(codes, _cases, now)


def of_claims(codes: str, now: datetime) -> Parts:
    """Of claims, in the same way."""
    return _read(codes, _claims, now)


def _read(codes: str, known: Callable[[datetime], Mapping[str, _Part]], now: datetime) -> Parts:
    asked = codes.split(",") if codes else ()
    parts: Sequence[_Part] = [part for code, part in known(now).items() if code in asked]
    rows = Q()
    for _, where in parts:
        rows &= where
    return Parts(", ".join(said for said, _ in parts), rows)


def _cases(now: datetime) -> Mapping[str, _Part]:
    unreplied_late = Q(first_replied_at__isnull=True, due_at__lt=now)
    unended_late = Q(closed_at__isnull=True, resolve_due_at__lt=now)
    return {
        **{hour(n): (f"ouvertes entre {n} h et {n + 1} h", Q(opened_at__hour=n)) for n in range(24)},
        **{weekday(n): (f"ouvertes un {day}", Q(opened_at__iso_week_day=n + 1)) for n, day in enumerate(WEEKDAYS)},
        **{mark(n): (f"notées {n} sur 5", Q(satisfaction__score=n)) for n in range(1, 6)},
        FIRST_LATE: ("sans 1re réponse dans le délai", Q(first_replied_at__gt=F("due_at")) | unreplied_late),
        END_LATE: ("sans résolution dans le délai", Q(closed_at__gt=F("resolve_due_at")) | unended_late),
        REOPENED: ("rouvertes peu après une résolution", Q(reopened=True)),
    }


def _claims(now: datetime) -> Mapping[str, _Part]:
    waits = Q(status=ClaimStatus.WAITING_CUSTOMER)
    return {
        **_ages(now),
        LONG: ("depuis plus de 48 h", Q(filed_at__lt=now - LATE)),
        UNKNOWN_AMOUNT: ("sans montant connu", Q(amount_fcfa__isnull=True)),
        ASKED_CUSTOMER: ("qui attendent le client", waits),
    }


def _ages(now: datetime) -> Mapping[str, _Part]:
    """Each age reaches from its own bound to the next older one's."""
    found: dict[str, _Part] = {}
    older = Q()
    for code, label, than in AGES:
        found[age(code)] = (f"depuis {label[:1].lower()}{label[1:]}", Q(filed_at__lt=now - than) & older)
        older = Q(filed_at__gte=now - than)
    return found
