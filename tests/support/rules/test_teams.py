"""A case in a team's queue: given with a note, for its members alone while they are there, for everybody after."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from support import assign, clock, db, escalate, handing, teams
from support.console import choices, rows, timeline
from support.escalate import EscalationError
from support.insight.desk import scope as scopes
from support.models import (
    AuditEvent,
    DeskSettings,
    Escalation,
    Note,
    Notice,
    Owner,
    Stint,
    Team,
    TeamMember,
)
from tests.support.journeys import BRAND
from tests.support.rules.conftest import NewCase

pytestmark = pytest.mark.django_db


@pytest.fixture
def fraud(people: dict[str, User]) -> Team:
    team = Team.objects.create(brand=BRAND, name="Fraude", description="Arnaques", patience=10)
    team.members.add(people["koffi"])
    return team


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def gone(*users: User) -> None:
    TeamMember.objects.filter(user__in=users).update(seen_at=timezone.now() - timedelta(minutes=5))


def test_a_case_given_to_a_team_waits_for_it_with_the_note(new_case: NewCase, fraud: Team, people: Any) -> None:
    case, awa = new_case(), people["awa"]
    fraud.members.add(awa)
    with pytest.raises(EscalationError, match="propres"):
        teams.give(case.conversation_id, awa, fraud, "", may_assign=False)
    escalate.take(case.conversation_id, awa)
    teams.give(case.conversation_id, awa, fraud, " à vérifier ", may_assign=False)
    case.refresh_from_db()
    case.conversation.refresh_from_db()
    assert (case.conversation.owner, case.assignee, case.team) == (Owner.QUEUE, None, fraud)
    note = Note.objects.get()
    assert (note.text, note.at) == ("à vérifier", Stint.objects.get(ended_at=None).began_at)
    told = Notice.objects.get()
    assert (told.user, told.kind, told.text) == (people["koffi"], "team", "Équipe Fraude. Awa : à vérifier")
    assert AuditEvent.objects.get(action="team").details == {"team": "Fraude"}
    with pytest.raises(EscalationError, match="attend déjà"):
        teams.give(case.conversation_id, people["mariam"], fraud, "", may_assign=True)


def test_a_lead_gives_anybodys_case_and_who_had_it_is_told(new_case: NewCase, fraud: Team, people: Any) -> None:
    case = new_case()
    escalate.take(case.conversation_id, people["awa"])
    gone(people["koffi"])
    teams.give(case.conversation_id, people["mariam"], fraud, "", may_assign=True)
    assert [(one.user.username, one.text) for one in Notice.objects.all()] == [
        ("awa", "Confiée à l'équipe Fraude par Mariam.")
    ]
    Team.objects.filter(pk=fraud.pk).update(brand="autre")
    fraud.refresh_from_db()
    with pytest.raises(EscalationError, match="même marque"):
        teams.give(case.conversation_id, people["mariam"], fraud, "", may_assign=True)


def test_assignment_chooses_among_the_team_until_nobody_of_it_comes(
    new_case: NewCase, fraud: Team, people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    DeskSettings.objects.create(brand=BRAND, assignment="round_robin")
    TeamMember.objects.filter(user=people["mariam"]).update(availability="away")
    ours, other = new_case(), new_case()
    with db.write():
        teams.send(ours.conversation_id, User(username="Règle : Fraude"), fraud)
    gone(people["koffi"])
    assert assign.assign_waiting() == 1, "the other one"
    other.refresh_from_db()
    assert other.assignee == people["awa"]
    assert teams.free_unattended() == 0, "there is time left"
    later = clock.now() + timedelta(minutes=10)
    monkeypatch.setattr(clock, "now", lambda: later)
    TeamMember.objects.filter(user=people["koffi"]).update(seen_at=timezone.now())
    assert teams.free_unattended() == 0, "somebody of the team is there"
    gone(people["koffi"])
    assert (teams.free_unattended(), teams.free_unattended()) == (1, 0)
    lines = [entry.text for entry in timeline.page(ours.conversation)]
    assert "ouvre la conversation à tous : personne de l'équipe n'est là" in lines
    assert assign.assign_waiting() == 1
    ours.refresh_from_db()
    assert (ours.assignee, ours.team) == (people["awa"], fraud), "it stays the team's for the reports"


def test_a_case_that_comes_back_waits_for_its_team_anew(
    new_case: NewCase, fraud: Team, people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, began = new_case(), clock.now()
    teams.send(case.conversation_id, User(username="x"), fraud)
    escalate.take(case.conversation_id, people["koffi"])
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=11))
    handing.put_back(case.conversation_id, people["koffi"], "")
    gone(people["koffi"])
    assert teams.free_unattended() == 0
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=21))
    assert teams.free_unattended() == 1


def test_a_member_who_is_there_gets_it_and_nobody_else(new_case: NewCase, fraud: Team, people: Any) -> None:
    DeskSettings.objects.create(brand=BRAND, assignment="least_loaded")
    case = new_case()
    teams.send(case.conversation_id, User(username="x"), fraud)
    TeamMember.objects.filter(user=people["awa"]).update(assigned_at=None, capacity=99)
    assert assign.assign_waiting() == 1
    case.refresh_from_db()
    assert case.assignee == people["koffi"]


def test_looking_costs_the_same_however_many_cases_wait(new_case: NewCase, fraud: Team, people: Any) -> None:
    DeskSettings.objects.create(brand=BRAND, assignment="round_robin")
    TeamMember.objects.update(availability="busy")

    def costs() -> list[int]:
        found = []
        for look in (assign.assign_waiting, teams.free_unattended, rows.read, rows.marks):
            with CaptureQueriesContext(connection) as seen:
                look()
            found.append(len(seen))
        return found

    teams.send(new_case().conversation_id, User(username="x"), fraud)
    few = costs()
    for number in range(3):
        team = Team.objects.create(brand=BRAND, name=f"Équipe {number}")
        teams.send(new_case().conversation_id, User(username="x"), team)
    assert costs() == few


def test_the_row_has_the_team_and_its_mark_changes_with_it(new_case: NewCase, fraud: Team, people: Any) -> None:
    case = new_case()
    assert rows.read()[0]["team"] is None
    before = rows.marks()
    teams.send(case.conversation_id, User(username="x"), fraud)
    assert rows.read()[0]["team"] == {"id": fraud.pk, "name": "Fraude", "freed": False}
    assert rows.marks() != before
    before = rows.marks()
    Escalation.objects.update(team_freed_at=clock.now())
    assert rows.read()[0]["team"]["freed"] and rows.marks() != before
    assert choices.for_queue(people["awa"], clock.now())["team"] == [{"id": fraud.pk, "name": "Fraude"}]


def test_resolved_cases_and_reports_are_filtered_by_team(new_case: NewCase, fraud: Team, people: Any) -> None:
    case, other = new_case(), new_case()
    teams.send(case.conversation_id, User(username="x"), fraud)
    for each in (case, other):
        escalate.take(each.conversation_id, people["awa"])
        escalate.close(each.conversation_id, people["awa"])
    client = browser_of(people["mariam"])
    found = client.get(reverse("console:history"), {"team": fraud.pk}).json()["rows"]
    assert [row["case"] for row in found] == [str(case.id)]
    assert client.get(reverse("console:history"), {"team": "x"}).status_code == 422
    narrowed = scopes.read({"team": str(fraud.pk)}, clock.now())
    assert set(scopes.cases(narrowed)) == {case}
    said = set(scopes.messages(narrowed).values_list("conversation", flat=True))
    assert said == {case.conversation_id}, "not those of the other case"
    page = client.get(reverse("console:report", args=["synthese"]), {"team": fraud.pk})
    assert f'<option value="{fraud.pk}" selected>Fraude</option>' in page.content.decode()


def test_the_door_takes_a_team_and_says_what_is_wrong(new_case: NewCase, fraud: Team, people: Any) -> None:
    case = new_case()
    escalate.take(case.conversation_id, people["awa"])
    client, address = browser_of(people["awa"]), reverse("console:give", args=[case.conversation_id])

    def give(**body: object) -> Any:
        return client.post(address, json.dumps(body), "application/json")

    for wrong in (0, "1", True, None, 2**31, fraud.pk + 1):
        assert give(team=wrong).status_code == 422, wrong
    assert give(team=fraud.pk, note="x" * (handing.NOTE_CHARACTERS + 1)).status_code == 409
    assert give(team=fraud.pk, note="voir le reçu").status_code == 204
    again = give(team=fraud.pk)
    assert (again.status_code, again.json()["detail"]) == (409, "Vous ne pouvez confier que vos propres conversations.")
    assert client.get(reverse("console:team")).json()["teams"] == [
        {"id": fraud.pk, "name": "Fraude", "description": "Arnaques", "here": 1}
    ]


def test_supervisors_keep_teams_and_agents_see_them(fraud: Team, people: Any) -> None:
    lead, agent = browser_of(people["mariam"]), browser_of(people["awa"])
    address = reverse("admin:support_team_change", args=[fraud.pk])
    form = {
        "brand": BRAND, "name": "Fraudes", "description": "", "patience": 5, "position": 1,
        "members": [people["awa"].pk, people["koffi"].pk],
    }  # fmt: skip
    assert agent.post(address, form).status_code == 403
    assert lead.post(address, form).status_code == 302
    fraud.refresh_from_db()
    assert (fraud.name, fraud.patience, fraud.members.count()) == ("Fraudes", 5, 2)
    said = {"name": "Fraudes", "members": sorted([people["awa"].pk, people["koffi"].pk]), "patience": 5}
    assert AuditEvent.objects.get(action="team_saved").details == said
    page = agent.get(reverse("admin:support_team_changelist")).content.decode()
    assert "Awa, Koffi" in page and "5 min de service" in page
    auditor = User.objects.create_user("yao", is_staff=True)
    refused = lead.post(address, {**form, "members": [auditor.pk]}).content.decode()
    assert "members" in refused and fraud.members.count() == 2, "who may not take cases is of no team"


def test_the_cases_of_a_team_that_is_no_more_are_everybodys(new_case: NewCase, fraud: Team, people: Any) -> None:
    case = new_case()
    teams.send(case.conversation_id, User(username="x"), fraud)
    address = reverse("admin:support_team_delete", args=[fraud.pk])
    assert browser_of(people["mariam"]).post(address, {"post": "yes"}).status_code == 302
    case.refresh_from_db()
    assert case.team is None and AuditEvent.objects.filter(action="team_deleted").count() == 1
