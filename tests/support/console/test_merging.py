"""Two contacts become one person's and are separated again: who may, what moves, what is refused, what is on record."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from support import clock, db, merging
from support.console import case as cases
from support.console import timeline
from support.escalate import EscalationError
from support.models import AuditEvent, Channel, Claim, Conversation, Customer, Identity, MergedIdentity
from support.privacy import audit
from support.search import index
from support.search.find import find
from tests.support.journeys import write

Staff = Callable[..., User]
BrowserOf = Callable[[User | None], Client]


@pytest.fixture
def lead(staff: Staff) -> User:
    return staff("lea", "senior")


@pytest.fixture
def phone(transactional_db: None) -> Conversation:
    return write("mon transfert EFB.31570264", display_name="Mariam K.").conversation


@pytest.fixture
def web(transactional_db: None) -> Conversation:
    return write("bonjour", Channel.WEB, "visitor:9").conversation


def claim_of(conversation: Conversation, number: str) -> Claim:
    now = clock.now()
    row = Conversation.objects.get(id=conversation.id)
    return Claim.objects.create(
        number=number, customer=row.customer, conversation=row, kind="failed_transfer", filed_at=now, changed_at=now
    )


def compare(browser: Client, case: Conversation, other: object) -> Any:
    return browser.get(f"/admin/file/{case.id}/merge/compare/", {"with": str(other)})


def merge(browser: Client, case: Conversation, other: Conversation, **more: object) -> Any:
    shown = [str(row.id) for row in merging.conversations_of(case.id, other.id)]
    body = {"with": str(other.id), "reason": "said", "shown": shown, **more}
    return browser.post(f"/admin/file/{case.id}/merge/", json.dumps(body), "application/json")


def separate(browser: Client, case: Conversation) -> Any:
    return browser.post(f"/admin/file/{case.id}/separate/", "{}", "application/json")


def holder(conversation: Conversation) -> Customer:
    return Conversation.objects.select_related("customer").get(id=conversation.id).customer


def found(query: str) -> set[object]:
    return {hit.conversation for hit in find(query).hits}


def test_all_of_the_other_contact_goes_to_the_one_that_stays_and_back_again(
    lead: User, phone: Conversation, web: Conversation, browser_of: BrowserOf
) -> None:
    claim_of(phone, "AK-000-0001")
    index.index_due()
    before = holder(phone)
    browser = browser_of(lead)
    assert merge(browser, web, phone).status_code == 204
    assert holder(phone) == holder(web) == Claim.objects.get().customer and Customer.objects.count() == 1
    assert set(Identity.objects.values_list("customer", flat=True)) == {holder(web).id}
    assert holder(web).display_name == "Mariam K.", "the visitor had no name of its own"
    assert found("Mariam") == {phone.id, web.id}
    card = cases.card(web.id, lead, whole_numbers=False)
    assert card and [other["conversation"] for other in card["others"]] == [str(phone.id)]
    assert card["others"][0]["merged"] and card["others"][0]["was"] == "Mariam K."
    assert [claim["number"] for claim in card["claims"]] == ["AK-000-0001"]
    for each in (phone, web):
        told = [entry.text for entry in timeline.page(each)]
        assert "a réuni ce contact avec un autre : le client l'a dit lui-même" in told

    assert separate(browser, web).status_code == 409, "it was there before"
    assert separate(browser, phone).status_code == 204
    again = holder(phone)
    assert (again.id, again.display_name, again.created_at) == (before.id, "Mariam K.", before.created_at)
    assert Claim.objects.get().customer == again and Identity.objects.get(customer=again).channel == Channel.WHATSAPP
    assert holder(web).display_name == "" and not MergedIdentity.objects.exists()
    assert found("Mariam") == {phone.id}
    acts = AuditEvent.objects.filter(action__in=["merged", "separated"])
    assert acts.count() == 4 and "Mariam" not in str(list(acts.values())) and audit.first_break() is None


def test_a_contact_merged_twice_comes_apart_address_by_address(
    lead: User, phone: Conversation, web: Conversation
) -> None:
    third = write("allo", address="+2250700000003", display_name="Awa").conversation
    homes = {case.id: holder(case).id for case in (phone, web, third)}
    merging.merge(web.id, phone.id, lead, "said", [web.id, phone.id])
    merging.merge(third.id, web.id, lead, "said", [third.id, web.id, phone.id])
    assert Customer.objects.count() == 1 and holder(third).display_name == "Awa"
    index.index_anew([phone.id])
    assert found("Mariam") == {phone.id, web.id}, "by the name of before"
    merging.separate(phone.id, lead)
    merging.separate(web.id, lead)
    assert {case.id: holder(case).id for case in (phone, web, third)} == homes


def test_both_are_shown_masked_before_in_as_many_queries_however_much_they_have(
    lead: User, phone: Conversation, web: Conversation, browser_of: BrowserOf
) -> None:
    browser = browser_of(lead)
    claim_of(phone, "AK-000-0001")

    def look() -> tuple[int, Any]:
        with CaptureQueriesContext(connection) as seen:
            answer = compare(browser, web, phone.id)
        return len(seen), answer.json()

    few, shown = look()
    assert shown["other"]["addresses"][0]["address"] == "•••• 0001" and shown["other"]["name"] == "Mariam K."
    assert [claim["number"] for claim in shown["other"]["claims"]] == ["AK-000-0001"] and shown["kept"]["claims"] == []
    assert "0700000001" not in json.dumps(shown)
    for number in range(2, 5):
        more = write("allo", address=f"+225070000000{number}").conversation
        merging.merge(phone.id, more.id, lead, "said", [row.id for row in merging.conversations_of(phone.id, more.id)])
        claim_of(more, f"AK-000-000{number}")
    many, shown = look()
    assert len(shown["other"]["claims"]) == len(shown["other"]["addresses"]) == 4 and many == few


def test_who_may_not_assign_may_not_merge(
    awa: User, staff: Staff, phone: Conversation, web: Conversation, browser_of: BrowserOf
) -> None:
    for user in (awa, staff("aya", "auditor")):
        browser = browser_of(user)
        assert compare(browser, web, phone.id).status_code == 403
        assert merge(browser, web, phone).status_code == separate(browser, web).status_code == 403
        assert b'id="merge"' not in browser.get(f"/admin/file/{web.id}/").content
    assert Customer.objects.count() == 2


def test_what_cannot_be_one_person_is_refused_in_french(
    lead: User, phone: Conversation, web: Conversation, browser_of: BrowserOf
) -> None:
    browser = browser_of(lead)
    assert merge(browser, web, web).json()["detail"] == "C'est déjà le même contact."
    assert compare(browser, web, web.id).status_code == 409
    assert compare(browser, web, "moi").status_code == 422
    assert merge(browser, web, phone, reason="parce que").status_code == 422
    assert merge(browser, web, phone, shown=[]).status_code == 422
    stale = merge(browser, web, phone, shown=[str(web.id)])
    assert stale.status_code == 409 and "vient de changer" in stale.json()["detail"]
    Customer.objects.filter(id=holder(phone).id).update(brand="autre")
    assert merge(browser, web, phone).json()["detail"] == "Ces deux contacts ne sont pas de la même marque."
    Customer.objects.filter(id=holder(phone).id).delete()
    assert merge(browser, web, phone).json()["detail"] == merging.GONE
    assert compare(browser, web, phone.id).status_code == 404


def test_of_two_who_merge_the_same_at_once_one_is_told_so(
    lead: User, staff: Staff, phone: Conversation, web: Conversation
) -> None:
    said: list[str] = []
    start = threading.Barrier(2)

    def act(keep: Conversation, other: Conversation, who: User) -> None:
        start.wait()
        try:
            merging.merge(keep.id, other.id, who, "said", [phone.id, web.id])
            said.append("")
        except EscalationError as error:
            said.append(str(error))
        finally:
            connections.close_all()

    both = ((phone, web, lead), (web, phone, staff("sup", "supervisor")))
    threads = [threading.Thread(target=act, args=each) for each in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said)[0] == "" and sorted(said)[1] in ("C'est déjà le même contact.", merging.CHANGED)
    assert Customer.objects.count() == 1 and audit.first_break() is None


def test_erasing_who_was_kept_leaves_nothing_of_the_other(lead: User, phone: Conversation, web: Conversation) -> None:
    merging.merge(web.id, phone.id, lead, "said", [web.id, phone.id])
    with db.write():
        holder(web).delete()
    assert not any(model.objects.exists() for model in (Customer, Identity, MergedIdentity, Conversation))
