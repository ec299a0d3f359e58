"""What supervisors set of the desk: hours, holidays, promises, who takes what. Each change is stored and audited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time

from django.contrib.auth.models import User
from django.db import models
from django.forms.models import model_to_dict

from support import db, recent
from support.models import DeskSettings, Holiday, OpeningHours, ServiceLevel, TeamMember
from support.privacy import audit

Week = Mapping[int, Sequence[tuple[time, time]]]


def save_desk(row: DeskSettings, week: Week, holidays: Mapping[date, str], by: User | None) -> None:
    """Store how a brand's desk works, and its hours and holidays as they are now, in place of those before."""
    with db.write():
        row.save()
        OpeningHours.objects.filter(brand=row.brand).delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(brand=row.brand, weekday=day, opens=opens, closes=closes)
            for day, spans in week.items()
            for opens, closes in spans
        )
        Holiday.objects.filter(brand=row.brand).delete()
        Holiday.objects.bulk_create(Holiday(brand=row.brand, day=day, name=name) for day, name in holidays.items())
        details = {
            "assignment": row.assignment,
            "hours_here": row.hours_here,
            "hours": {str(day): [f"{o:%H:%M}-{c:%H:%M}" for o, c in spans] for day, spans in week.items() if spans},
            "holidays": [day.isoformat() for day in sorted(holidays)],
        }
        audit.record(by, "desk_settings", row.brand, details)
    recent.forget()


def save_level(row: ServiceLevel, by: User | None) -> None:
    """Store what is promised; it holds for cases opened, raised or asked again from now on."""
    _save(row, "service_level", by)
    recent.forget()


def delete_level(row: ServiceLevel, by: User | None) -> None:
    """What the house promises by itself holds again."""
    with db.write():
        audit.record(by, "service_level_deleted", str(row)[:80], _values(row))
        row.delete()
    recent.forget()


def save_member(row: TeamMember, by: User | None) -> None:
    """Store how somebody takes part, and nothing else of the row: whether they are there is theirs to say."""
    _save(row, "team_member", by, ("user", "capacity", "skills", "languages"))


def _save(row: ServiceLevel | TeamMember, act: str, by: User | None, only: Sequence[str] | None = None) -> None:
    with db.write():
        before = type(row).objects.filter(pk=row.pk).first() if row.pk else None
        row.save(update_fields=only if before else None)
        details = {"before": _values(before) if before else {}, "after": _values(row)}
        audit.record(by, act, str(row)[:80], details)


def _values(row: models.Model) -> dict[str, object]:
    found = model_to_dict(row, exclude=["id", "user"])
    return {name: value if isinstance(value, bool | int | list) else str(value) for name, value in found.items()}
