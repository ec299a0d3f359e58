"""The audit trail as a page: acts in French, cases one click away, one kind of act at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from support import db, escalate
from support.models import Conversation
from support.privacy import audit

pytestmark = pytest.mark.django_db
JOURNAL = "/admin/support/auditevent/"


@pytest.fixture
def auditor(staff: Callable[..., User]) -> Client:
    browser = Client()
    browser.force_login(staff("yao", "auditor"))
    return browser


def test_acts_are_told_in_french_and_lead_to_their_case(
    auditor: Client, awa: User, waiting: Callable[..., Conversation]
) -> None:
    case = waiting()
    escalate.take(case.id, awa)
    with db.write():
        audit.record(None, "locked_out", f"user:{awa.pk}")
    shown = auditor.get(JOURNAL).content.decode()
    assert "a pris la conversation" in shown and f'href="/admin/file/{case.id}/"' in shown
    assert "a bloqué une connexion après trop d&#x27;essais" in shown and f"compte {awa.pk}" in shown
    only = auditor.get(JOURNAL, {"action": "locked_out"}).content.decode()
    assert f"compte {awa.pk}" in only and f'href="/admin/file/{case.id}/"' not in only


@pytest.mark.parametrize("acts", [1, 9])
def test_it_costs_the_same_however_many_acts_it_shows(
    acts: int, auditor: Client, awa: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with db.write():
        for number in range(acts):
            audit.record(awa, "note", f"conversation:{number}")
    auditor.get(JOURNAL)
    with django_assert_max_num_queries(9):
        auditor.get(JOURNAL)
