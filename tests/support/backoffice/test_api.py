"""The back office's REST, from outside."""

from __future__ import annotations

import pytest
from django.test import Client

from support.models import Claim, ClaimEvent
from tests.support.backoffice.conftest import Filed

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/api/v1/claims/AK-204-7318/status"


def test_a_status_is_changed_and_answered(office: Client, filed: Filed) -> None:
    filed()
    answer = office.post(PATH, {"event_id": "e1", "status": "processing", "note": "on regarde"}, "application/json")
    assert answer.status_code == 200, answer.content
    assert answer.json()["outcome"] == "applied"
    claim = Claim.objects.get()
    assert (claim.status, claim.note) == ("processing", "on regarde")
    assert ClaimEvent.objects.get(name="status").told == "due"
