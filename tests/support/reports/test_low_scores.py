"""Low scores stand on the live board until somebody has looked; of an agent a figure is shown from five marks on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from support.console.reports import cells
from support.insight.desk.live import LOW_SCORES, snapshot
from support.insight.desk.measures import scores
from support.models import AuditEvent, Satisfaction


@pytest.fixture
def supervisor(desk: datetime) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="mariam"))
    return client


def given(desk: datetime, *marks: int | None) -> list[Satisfaction]:
    """The newest questions get these marks, a minute apart; all others have been looked at."""
    Satisfaction.objects.update(looked_at=desk)
    rows = list(Satisfaction.objects.order_by("-asked_at")[: len(marks)])
    for place, (row, mark) in enumerate(zip(rows, marks, strict=True)):
        row.score, row.answered_at = mark, desk - timedelta(minutes=place) if mark else None
        row.looked_at = None
        row.save()
    return rows


def shown(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/admin/tableau/etat/").json()["low_scores"]
    return found


def test_a_low_score_stands_there_with_its_case_until_it_was_looked_at(supervisor: Client, desk: datetime) -> None:
    bad, worse, good, unanswered = given(desk, 2, 1, 3, None)
    found = shown(supervisor)
    assert found["count"] == 2
    assert [each["id"] for each in found["newest"]] == [bad.pk, worse.pk], "the newest first, 3 is no low score"
    first = found["newest"][0]
    assert (first["score"], first["conversation"]) == (2, str(bad.conversation_id))
    assert bad.agent and first["agent"] == bad.agent.first_name
    assert supervisor.post(f"/admin/tableau/notes/{bad.pk}/vue/", {}, "application/json").status_code == 204
    assert [each["id"] for each in shown(supervisor)["newest"]] == [worse.pk]
    event = AuditEvent.objects.get(action="low_score_looked")
    assert (event.actor_name, event.target) == ("mariam", f"conversation:{bad.conversation_id}")
    assert supervisor.post(f"/admin/tableau/notes/{bad.pk}/vue/", {}, "application/json").status_code == 204
    assert AuditEvent.objects.filter(action="low_score_looked").count() == 1, "the first look stands"
    assert supervisor.post(f"/admin/tableau/notes/{unanswered.pk}/vue/", {}, "application/json").status_code == 404
    assert supervisor.post(f"/admin/tableau/notes/{worse.pk}/vue/", "[]", "application/json").status_code == 422
    assert good.pk not in [each["id"] for each in shown(supervisor)["newest"]]


def test_many_cost_no_more_queries_than_few(desk: datetime) -> None:
    given(desk, 1)
    with CaptureQueriesContext(connection) as few:
        assert snapshot(desk)["low_scores"]["count"] == 1
    many = Satisfaction.objects.filter(conversation__brand=settings.BRAND).count()
    given(desk, *[1] * many)
    with CaptureQueriesContext(connection) as all_of_them:
        found = snapshot(desk)["low_scores"]
    assert (found["count"], len(found["newest"])) == (many, min(many, LOW_SCORES))
    assert many > 1 and len(all_of_them) == len(few)


@pytest.mark.parametrize(
    ("marks", "text"),
    [([1, 2, 5, 5], "n = 4"), ([1, 2, 5, 5, 5], "moyenne 3,6 · 4 ou 5 : 60 % · 1 ou 2 : 40 % · n = 5")],
)
def test_a_share_of_low_scores_is_shown_from_five_marks_on(marks: list[int], text: str) -> None:
    cell = cells.marks(scores(marks))
    assert cell.sub.replace("\u202f", " ") == text
    assert cell.few == (len(marks) < 5) and (cell.values[3] is None) == cell.few
