"""Hours, holidays and promises as supervisors enter them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from support import desk_changes, hours, promises
from support.console import hours_text
from support.models import AuditEvent, DeskSettings, Holiday, OpeningHours, ServiceLevel, TeamMember
from tests.support.journeys import BRAND

Staff = Callable[..., User]
HOURS = {f"day_{day}": "08:00-12:00 14h-18h" for day in range(1, 6)}
DESK = {"brand": BRAND, "assignment": "manual", "hours_here": "on", "holidays": "25/12/2026 Noël", **HOURS}
LEVEL = {"brand": BRAND, "first_reply": 10, "next_reply": 20, "resolution": 60, "business_hours": "on", "warn_at": 80}
MONDAY = datetime(2026, 12, 21, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("08:00-12:00 14:00-18:00", "08:00-12:00 14:00-18:00"),
        ("14h-18h30 et 8h à 12h", "08:00-12:00 14:00-18:30"),
        ("22:00-24:00", "22:00-23:59"),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, shown: str) -> None:
    assert hours_text.show_day(hours_text.parse_day(text)) == shown


@pytest.mark.parametrize("text", ["le matin", "8-12 et demie", "25:00-26:00", "22:00-06:00", "08:00-12:00 11:00-18:00"])
def test_a_day_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(hours_text.HoursError):
        hours_text.parse_day(text)


@pytest.mark.parametrize("text", ["Noël", "25/13/2026 Noël", "25/12/2026", "25/12/2026 a\n25/12/2026 b"])
def test_a_holiday_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(hours_text.HoursError, match="Ligne"):
        hours_text.parse_holidays(text)


def test_what_is_shipped_is_read_back() -> None:
    known = hours_text.known_holidays()
    assert known[date(2026, 8, 7)] == "Fête de l'Indépendance"
    assert hours_text.parse_holidays(hours_text.show_holidays(known)) == known


@pytest.fixture
def chief(client: Client, staff: Staff) -> Client:
    client.force_login(staff("chef", "supervisor"))
    return client


def post(client: Client, page: str, data: dict[str, Any]) -> Any:
    return client.post(f"/admin/support/{page}/", data)


def test_hours_entered_are_in_force_at_once(chief: Client) -> None:
    assert hours.is_open(BRAND, MONDAY.replace(hour=13))
    offered = chief.get("/admin/support/desksettings/add/").content.decode()
    assert "25/12/2027 Noël" in offered and "Tabaski" in offered
    assert post(chief, "desksettings/add", DESK).status_code == 302
    assert hours.is_open(BRAND, MONDAY) and not hours.is_open(BRAND, MONDAY.replace(hour=13))
    assert not hours.is_open(BRAND, MONDAY.replace(day=25, hour=9))
    row = DeskSettings.objects.get()
    page = f"desksettings/{row.pk}/change"
    assert "08:00-12:00 14:00-18:00" in chief.get(f"/admin/support/{page}/").content.decode()
    assert post(chief, page, DESK | {"day_1": "09:00-10:00", "holidays": ""}).status_code == 302
    assert OpeningHours.objects.filter(weekday=1).values_list("opens", "closes").get() == (time(9), time(10))
    assert not Holiday.objects.exists()
    assert [event.action for event in AuditEvent.objects.all()] == ["desk_settings", "desk_settings"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"day_3": "le matin"}, "Écrivez par exemple"),
        ({"holidays": "bientôt"}, "Ligne 1"),
        ({f"day_{day}": "" for day in range(1, 6)}, "Saisissez d&#x27;abord"),
        ({"brand": "inconnue"}, "existe pas ici"),
    ],
)
def test_what_cannot_be_is_said_in_french(chief: Client, change: dict[str, str], words: str) -> None:
    answer = post(chief, "desksettings/add", DESK | change)
    assert words in answer.content.decode()
    assert not DeskSettings.objects.exists()


def test_promises_entered_hold_at_once_and_go_away(chief: Client) -> None:
    assert post(chief, "servicelevel/add", LEVEL).status_code == 302
    assert promises.level_for(BRAND, "refund", 2).first_reply.seconds == 600
    again = post(chief, "servicelevel/add", LEVEL)
    assert again.status_code == 200 and ServiceLevel.objects.count() == 1
    late = post(chief, "servicelevel/add", LEVEL | {"kind": "refund", "resolution": 5})
    assert "avant la première réponse" in late.content.decode()
    urgent = post(chief, "servicelevel/add", LEVEL | {"priority": 0})
    assert urgent.status_code == 302 and ServiceLevel.objects.exclude(priority=None).get().priority == 0
    row = ServiceLevel.objects.get(priority=None)
    assert post(chief, f"servicelevel/{row.pk}/delete", {"post": "yes"}).status_code == 302
    assert promises.level_for(BRAND, "refund", 2) == promises.house_levels()[2]
    assert [event.action for event in AuditEvent.objects.all()] == [
        "service_level",
        "service_level",
        "service_level_deleted",
    ]


def test_who_takes_what_is_set_and_audited(chief: Client) -> None:
    member = User.objects.get(username="chef").team_member
    data = {"capacity": 3, "skills": ["refund"], "languages": ["fr", "dyu"]}
    assert post(chief, f"teammember/{member.pk}/change", data).status_code == 302
    member.refresh_from_db()
    assert (member.capacity, member.skills, member.languages) == (3, ["refund"], ["fr", "dyu"])
    assert AuditEvent.objects.get().action == "team_member"
    TeamMember.objects.update(availability="away")
    desk_changes.save_member(member, None)
    member.refresh_from_db()
    assert member.availability == "away", "what they said while the form stood open holds"


PAGES = ("desksettings", "servicelevel", "teammember", "satisfaction")


@pytest.mark.parametrize(("role", "seen"), [("agent", ()), ("senior", ("teammember",)), ("auditor", PAGES)])
def test_other_roles_look_at_most(role: str, seen: tuple[str, ...], client: Client, staff: Staff) -> None:
    row = DeskSettings.objects.create(brand=BRAND, hours_here=True)
    OpeningHours.objects.create(brand=BRAND, weekday=1, opens=time(8), closes=time(18))
    client.force_login(staff("qui", role))
    opened = tuple(page for page in PAGES if client.get(f"/admin/support/{page}/").status_code == 200)
    assert opened == seen
    assert [post(client, f"{page}/add", DESK).status_code for page in PAGES] == [403] * 4
    assert post(client, f"desksettings/{row.pk}/change", DESK).status_code == 403
    if seen == PAGES:
        shown = client.get(f"/admin/support/desksettings/{row.pk}/change/").content.decode()
        assert "Lundi 08:00-18:00" in shown
