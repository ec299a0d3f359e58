"""The records in the admin: found by what people know of them, never showing a whole number, never changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chatbot.types import HandoffCard
from support import clock, db, escalate
from support.models import Claim, ClaimEvent, Conversation
from support.privacy.fields import blind_index

Waiting = Callable[..., Conversation]
NUMBERS = ("0700000001", "0511000034", "07 00 00 00 12")


@pytest.fixture
def browser(staff: Callable[..., User]) -> Client:
    client = Client()
    client.force_login(staff("mariam", "supervisor"))
    return client


@pytest.fixture
def claim(waiting: Waiting) -> Claim:
    case = waiting("rappelez le 07 00 00 00 12", address="+2250700000001", display_name="0700000001")
    at = clock.now()
    slots = {"recipient_number": {"value": "+2250511000034"}, "easytransfert_id": {"value": "EFB.31570264"}}
    row = Claim.objects.create(
        number="AK-204-7318",
        customer=case.customer,
        conversation=case,
        kind="debited_not_received",
        reference_index=blind_index("reference", "EFB.31570264"),
        filed_at=at,
        changed_at=at,
    )
    row.slots = slots
    row.save()
    event = ClaimEvent(claim=row, name="corrected", at=at)
    event.details = {"before": {}, "after": slots}
    event.save()
    return row


def pages(claim: Claim) -> list[str]:
    rows = {
        "claim": claim.pk,
        "conversation": claim.conversation_id,
        "customer": claim.customer_id,
        "escalation": claim.conversation.escalations.get().pk,
    }
    return [f"/admin/support/{model}/{tail}" for model, pk in rows.items() for tail in ("", f"{pk}/change/")]


def test_the_handoff_card_is_shown_line_by_line_with_masked_numbers(browser: Client, claim: Claim) -> None:
    case = claim.conversation
    known = {"wrong_msisdn": "+2250511000034", "amount_fcfa": 600_000}
    with db.write():
        escalate.open_locked(case, "wrong_recipient", "urgent", "x", HandoffCard("wrong_recipient", known))
    page = browser.get(f"/admin/support/escalation/{case.escalations.get().pk}/change/").content.decode()
    assert "Mauvais numéro" in page and "600\u202f000" in page
    assert "0511000034" not in page


def test_no_page_shows_a_whole_number_or_a_way_to_change_anything(browser: Client, claim: Claim) -> None:
    for page in pages(claim):
        answer = browser.get(page)
        html = answer.content.decode()
        assert answer.status_code == 200
        assert not any(number in html for number in NUMBERS), page
        assert 'name="_save"' not in html and "deletelink" not in html, page


def test_posting_a_change_is_refused(browser: Client, claim: Claim) -> None:
    for page in pages(claim):
        if page.endswith("/change/"):
            assert browser.post(page, {"number": "AK-1"}).status_code == 403
            assert browser.post(page.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("typed", ["AK-204-7318", "EFB.31570264", "efb 31570264", "31570264"])
def test_a_claim_is_found_by_its_number_and_by_its_reference(typed: str, browser: Client, claim: Claim) -> None:
    assert str(claim.pk) in browser.get("/admin/support/claim/", {"q": typed}).content.decode()
    assert str(claim.pk) not in browser.get("/admin/support/claim/", {"q": f"{typed}9"}).content.decode()


@pytest.mark.parametrize("typed", ["0700000001", "+225 07 00 00 00 01", "00225 0700000001", "2250700000001"])
def test_a_customer_is_found_by_a_whole_number_however_typed(typed: str, browser: Client, claim: Claim) -> None:
    assert str(claim.customer_id) in browser.get("/admin/support/customer/", {"q": typed}).content.decode()
    assert str(claim.customer_id) not in browser.get("/admin/support/customer/", {"q": "0700000009"}).content.decode()
