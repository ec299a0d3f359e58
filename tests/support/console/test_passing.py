"""The doors through which a case changes hands, what its page shows of who holds it, and who is at work."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from support import clock, escalate, handing, team
from support.console import case as cases
from support.console import team as team_page
from support.models import (
    AuditEvent,
    Conversation,
    DeskSettings,
    Escalation,
    Note,
    OpeningHours,
    Owner,
    TeamMember,
)
from tests.support.console.conftest import Waiting
from tests.support.journeys import BRAND

pytestmark = pytest.mark.django_db(transaction=True)


def post(user: User | None, address: str, body: object) -> HttpResponse:
    browser = Client()
    if user:
        browser.force_login(user)
    return browser.post(f"/admin/{address}/", json.dumps(body), content_type="application/json")  # type: ignore[return-value]


@pytest.fixture
def lead(staff: Callable[..., User]) -> User:
    return staff("lead", "senior")


@pytest.fixture
def taken(awa: User, waiting: Waiting) -> Conversation:
    case = waiting()
    escalate.take(case.id, awa)
    return case


def test_an_agent_gives_ones_own_case_and_puts_it_back(awa: User, koffi: User, taken: Conversation) -> None:
    team.see(koffi)
    assert post(awa, f"file/{taken.id}/give", {"to": koffi.pk, "note": "à suivre"}).status_code == 204
    assert post(awa, f"file/{taken.id}/put-back", {}).status_code == 409
    assert post(koffi, f"file/{taken.id}/put-back", {"note": "voilà"}).status_code == 204
    taken.refresh_from_db()
    assert taken.owner == Owner.QUEUE and Note.objects.count() == 2


def test_taking_over_needs_the_right_and_a_listed_reason(
    koffi: User, lead: User, taken: Conversation, staff: Callable[..., User]
) -> None:
    address = f"file/{taken.id}/take-over"
    assert post(koffi, address, {"reason": "urgent"}).status_code == 403
    assert post(staff("aya", "auditor"), address, {"reason": "urgent"}).status_code == 403
    assert post(lead, address, {"reason": "parce que"}).status_code == 422
    assert post(lead, address, {"reason": ["urgent"]}).status_code == 422
    assert post(lead, address, {"reason": "urgent"}).status_code == 204
    taken.refresh_from_db()
    assert taken.agent == lead


def test_giving_a_colleagues_case_needs_the_right(koffi: User, lead: User, taken: Conversation) -> None:
    team.see(koffi)
    assert post(koffi, f"file/{taken.id}/give", {"to": koffi.pk}).status_code == 409
    assert post(lead, f"file/{taken.id}/give", {"to": koffi.pk}).status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {}, {"to": "1"}, {"to": True}, {"to": -1}, {"to": 2**40}, {"to": 99_999}, {"to": None},
        {"to": 1, "note": 7}, {"to": 1, "note": "\ud800"}, [], 7,
    ],
)  # fmt: skip
def test_a_body_that_says_nothing_is_refused_in_french(awa: User, taken: Conversation, body: object) -> None:
    answer = post(awa, f"file/{taken.id}/give", body)
    assert answer.status_code == 422 and json.loads(answer.content)["detail"]


def test_nobody_is_given_a_case_they_may_not_answer(awa: User, taken: Conversation, staff: Callable[..., User]) -> None:
    aya = staff("aya", "auditor")
    assert post(awa, f"file/{taken.id}/give", {"to": aya.pk}).status_code == 422


def test_an_instruction_comes_from_the_list(awa: User, taken: Conversation) -> None:
    address = f"file/{taken.id}/instruct"
    for body in ({}, {"instruction": 1}, {"instruction": "say", "words": 7}):
        assert post(awa, address, body).status_code == 422
    assert post(awa, address, {"instruction": "drop table"}).status_code == 409
    assert post(awa, address, {"instruction": "wait"}).status_code == 204
    assert post(awa, address, {"instruction": "wait"}).status_code == 409, "it is no longer theirs"


def test_the_page_of_a_case_offers_the_brands_instructions_and_the_reasons(awa: User, taken: Conversation) -> None:
    browser = Client()
    browser.force_login(awa)
    page = browser.get(f"/admin/file/{taken.id}/").content.decode()
    assert "Attendre que le client écrive" in page and "Le cas est devenu urgent" in page


def test_the_case_says_until_when_it_is_held_on_the_clock_of_the_page(
    awa: User, koffi: User, taken: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.see(koffi)
    handing.give(taken.id, awa, koffi, "vu avec le 07 00 00 00 01", may_assign=False)
    monkeypatch.setattr(clock, "now", lambda: timezone.now() + timedelta(hours=3))
    shown = cases.card(taken.id, awa, whole_numbers=False)
    again = cases.card(taken.id, awa, whole_numbers=False)
    assert shown and again and shown["hold"] == again["hold"], "or every look would be news"
    assert shown["hold"]["note"] == {"author": "Awa", "text": "vu avec le •••• 0001"}
    left = datetime.fromisoformat(shown["hold"]["until"]) - clock.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15, seconds=1)
    handing.put_back(taken.id, koffi, "")
    assert (cases.card(taken.id, awa, whole_numbers=False) or {})["hold"] is None
    escalate.take(taken.id, awa)
    assert Escalation.objects.get().lease_until


def test_the_team_is_read_in_as_many_queries_however_many_they_are(
    awa: User, staff: Callable[..., User], taken: Conversation
) -> None:
    browser = Client()
    browser.force_login(awa)

    def look() -> tuple[int, dict[str, object]]:
        with CaptureQueriesContext(connection) as seen:
            answer = browser.get("/admin/team/").json()
        return len(seen), answer

    team.see(awa)
    few, shown = look()
    assert shown["availability"] == "available" and shown["off_duty"] is False
    assert shown["members"] == [
        {
            "id": awa.pk, "name": "Awa", "availability": "available", "label": "Disponible",
            "here": True, "load": 1, "capacity": 6, "me": True,
        }
    ]  # fmt: skip
    for number in range(5):
        team.see(staff(f"agent{number}"))
    many, shown = look()
    assert len(shown["members"]) == 6 and many == few  # type: ignore[arg-type]


def test_each_says_of_themselves_whether_they_take_cases(awa: User, staff: Callable[..., User]) -> None:
    assert post(awa, "team/availability", {"availability": "busy"}).status_code == 204
    assert TeamMember.objects.get(user=awa).availability == "busy"
    for body in ({}, {"availability": "asleep"}, [], {"availability": {}}):
        assert post(awa, "team/availability", body).status_code == 422
    assert post(staff("aya", "auditor"), "team/availability", {"availability": "busy"}).status_code == 403
    assert post(None, "team/availability", {"availability": "busy"}).status_code == 403
    assert Client().get("/admin/team/").status_code == 403


def test_while_nobody_is_on_duty_the_queue_says_until_when(awa: User) -> None:
    opens = datetime(2026, 1, 5, 8, tzinfo=UTC)  # a Monday
    DeskSettings.objects.create(brand=BRAND, hours_here=True)
    OpeningHours.objects.create(brand=BRAND, weekday=1, opens=time(8), closes=time(18))
    assert team_page.off_duty_until(BRAND, opens - timedelta(hours=40, minutes=7)) == opens
    assert team_page.off_duty_until(BRAND, opens + timedelta(minutes=1)) is None


def test_a_supervisor_sets_room_skills_and_the_rule_and_it_is_on_record(awa: User, staff: Callable[..., User]) -> None:
    team.see(awa)
    member = TeamMember.objects.get()
    browsers = {}
    for who, role in (("kim", "agent"), ("sup", "supervisor")):
        browsers[role] = Client()
        browsers[role].force_login(staff(who, role))
    address = f"/admin/support/teammember/{member.pk}/change/"
    form = {"capacity": "3", "skills": ["refund"], "languages": ["en"]}
    assert browsers["agent"].post(address, form).status_code == 403
    assert browsers["supervisor"].post(address, {**form, "skills": ["juggling"]}).status_code == 200, "refused"
    assert browsers["supervisor"].post(address, form).status_code == 302
    member.refresh_from_db()
    assert (member.capacity, member.skills, member.languages) == (3, ["refund"], ["en"])
    form = {"brand": BRAND, "assignment": "round_robin"}
    assert browsers["supervisor"].post("/admin/support/desksettings/add/", form).status_code == 302
    acts = dict(AuditEvent.objects.filter(action__in=["team_member", "desk_settings"]).values_list("action", "details"))
    assert acts["team_member"]["after"]["skills"] == ["refund"] and acts["desk_settings"]["assignment"] == "round_robin"
