"""A new INDEX_KEY: every customer is known again, the audit trail still holds, and what was interrupted goes on."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from support import db, redis_client
from support.accounts import second_factor
from support.backoffice import tokens
from support.insight.signs import WORKER_SEEN
from support.keys import digests, mark, renewal
from support.models import (
    AuditEvent,
    AuditHead,
    Authenticator,
    CaseIdentifier,
    Claim,
    Customer,
    EngineCall,
    Identity,
    IndexKey,
    MergedIdentity,
)
from support.privacy import audit
from support.privacy.fields import blind_index
from support.search import find, index, words
from support.voices import ledger
from tests.support.journeys import BRAND, say, write

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW = "the old key", "the new key"
COMPLAINT = "mon transfert EFB.31482095 de 5000 de wave vers orange n'est pas arrivé"


@pytest.fixture(autouse=True)
def _stopped(redis_server: None, settings: Any) -> Iterator[None]:
    """Nothing else works here, and the database is written with the old key."""
    redis_client.connection().delete(WORKER_SEEN)
    settings.INDEX_KEY = OLD
    settings.OLD_INDEX_KEY = OLD
    words.token.cache_clear()
    yield
    words.token.cache_clear()


def renew(settings: Any, *more: str) -> str:
    settings.INDEX_KEY = NEW
    words.token.cache_clear()
    out = io.StringIO()
    call_command("keys", "renew", *more, stdout=out)
    return out.getvalue()


def acts(count: int) -> list[AuditEvent]:
    with db.write():
        return [audit.record(None, "take", f"conversation:{number}", {"n": number}) for number in range(count)]


def test_customers_their_cases_and_their_words_are_found_again(settings: Any) -> None:
    mark.require()
    say(COMPLAINT)
    customer = Customer.objects.get()
    was = uuid.uuid4()  # the contact that an address of this one was merged from
    MergedIdentity.objects.create(identity=customer.identities.get(), was=was, known_since=customer.created_at)
    for name in (customer.pk, was):
        EngineCall.objects.create(brand=BRAND, customer=ledger.pseudonym(str(name)), at=customer.created_at)
    index.index_due()
    held = set(CaseIdentifier.objects.values_list("slot", "digest"))
    assert held
    renew(settings)
    mark.require()
    assert not held & set(CaseIdentifier.objects.values_list("slot", "digest")) and CaseIdentifier.objects.exists()
    for name in (customer.pk, was):
        assert EngineCall.objects.filter(customer=ledger.pseudonym(str(name))).count() == 1
    assert write("alors ?", "web", "visitor:1").conversation.customer == customer  # type: ignore[arg-type]
    assert Customer.objects.count() == 1 and find.find("31482095").hits
    call_command("keys", "check")


def test_references_of_claims_come_over(settings: Any) -> None:
    row = write("slt").conversation
    slots = {"easytransfert_id": {"value": "EFB.31482095"}}
    found_by = {"reference_index": blind_index("reference", "EFB.31482095")}
    when = {"filed_at": row.created_at, "changed_at": row.created_at}
    Claim.objects.create(
        number="A1", customer=row.customer, conversation=row, kind="refund", slots=slots, **found_by, **when
    )
    renew(settings)
    assert Claim.objects.get().reference_index == blind_index("reference", "EFB.31482095")


def test_the_audit_trail_holds_across_two_renewals_and_what_is_sealed_cannot_be_changed(settings: Any) -> None:
    rows = acts(3)
    renew(settings)
    rows += acts(2)
    assert audit.first_break() is None
    settings.INDEX_KEY = "a third key"
    settings.OLD_INDEX_KEY = NEW
    call_command("keys", "renew", stdout=io.StringIO())
    rows += acts(1)
    assert audit.first_break() is None
    seals = AuditEvent.objects.filter(action=audit.SEAL).order_by("id")
    assert [seal.details["rows"] for seal in seals] == [3, 6]
    for row in rows:
        AuditEvent.objects.filter(pk=row.pk).update(actor_name="nobody")
        assert audit.first_break() == str(max(row.pk, seals[1].pk))
        AuditEvent.objects.filter(pk=row.pk).update(actor_name=row.actor_name)
    assert audit.first_break() is None


@pytest.mark.parametrize("attack", ["delete an old row", "swap two old rows", "cut off the seal", "forge a seal"])
def test_what_happens_to_the_sealed_part_shows(attack: str, settings: Any) -> None:
    rows = acts(3)
    renew(settings)
    acts(1)
    seal = AuditEvent.objects.get(action=audit.SEAL)
    match attack:
        case "delete an old row":
            rows[1].delete()
        case "swap two old rows":
            AuditEvent.objects.filter(pk=rows[0].pk).update(target=rows[1].target)
            AuditEvent.objects.filter(pk=rows[1].pk).update(target=rows[0].target)
        case "cut off the seal":
            AuditEvent.objects.filter(pk__gte=seal.pk).delete()
            AuditHead.objects.update(digest=rows[-1].digest)
        case "forge a seal":
            last = AuditEvent.objects.latest("id")
            AuditEvent.objects.filter(pk=rows[0].pk).update(actor_name="nobody")
            AuditEvent.objects.filter(pk=last.pk).update(action=audit.SEAL)
    assert audit.first_break() is not None


def test_a_trail_that_is_broken_already_stops_it_before_anything_changed(settings: Any) -> None:
    rows = acts(3)
    before = write("slt").conversation.identity.value_index
    AuditEvent.objects.filter(pk=rows[1].pk).update(actor_name="nobody")
    with pytest.raises(CommandError, match=f"breaks at {rows[1].pk}"):
        renew(settings)
    assert Identity.objects.get().value_index == before and not IndexKey.objects.exclude(next="").exists()
    renew(settings, "--broken-audit")
    assert AuditEvent.objects.get(action=audit.SEAL).details["broken_at"] == str(rows[1].pk)
    assert audit.first_break() is None


def test_interrupted_nothing_starts_until_it_has_gone_on_and_ended(settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(digests, "BATCH", 2)
    for number in range(5):
        write("slt", address=f"+22507000001{number:02}")
    acts(1)
    settings.INDEX_KEY = NEW
    renewal.begin(OLD)
    next(renewal.bring_over(OLD))
    for key in (OLD, NEW):
        settings.INDEX_KEY = key
        with pytest.raises(mark.WrongKey, match="has begun and has not ended"):
            mark.require()
    settings.INDEX_KEY = "a third key"
    with pytest.raises(CommandError, match="another key has begun"):
        call_command("keys", "renew")
    assert "3 addresses of customers renewed" in renew(settings)
    mark.require()
    assert audit.first_break() is None and AuditEvent.objects.filter(action=audit.SEAL).count() == 1
    assert "0 addresses of customers renewed" in renew(settings)


def test_it_names_who_enrols_anew_and_who_needs_a_new_token(settings: Any) -> None:
    awa = User.objects.create_user("awa", is_staff=True)
    Authenticator.objects.create(user=awa, name="telephone", confirmed=True)
    second_factor.renew_codes(awa)
    _, token = tokens.create("Bureau", ["backoffice"], BRAND)
    said = renew(settings)
    assert "sign-in: awa" in said and "token create): Bureau" in said
    assert not second_factor.has_device(awa) and second_factor.codes_left(awa) == 0 and tokens.find(token) is None
    assert AuditEvent.objects.filter(action="second_factor_reset", target=f"user:{awa.pk}").count() == 1


def test_who_came_back_as_a_stranger_is_named_and_nothing_is_taken_from_the_stranger(settings: Any) -> None:
    known = write("slt").conversation.customer
    settings.INDEX_KEY = NEW
    stranger = write("slt").conversation.customer
    mark.require()
    assert str(known.pk) in renew(settings)
    assert write("re").conversation.customer == stranger
    with pytest.raises(CommandError, match="docs/keys"):
        call_command("keys", "check", stdout=io.StringIO())


def test_a_wrong_old_key_a_missing_one_and_a_running_worker_are_refused(settings: Any) -> None:
    mark.require()
    settings.OLD_INDEX_KEY = "no key of ours"
    with pytest.raises(CommandError, match="not the one that this database"):
        renew(settings)
    settings.OLD_INDEX_KEY = ""
    with pytest.raises(CommandError, match="OLD_INDEX_KEY is not set"):
        renew(settings)
    settings.OLD_INDEX_KEY = OLD
    redis_client.connection().set(WORKER_SEEN, "now", ex=30)
    with pytest.raises(CommandError, match="A worker was seen"):
        renew(settings)
    assert not AuditEvent.objects.exists()


def test_the_addresses_of_a_batch_cost_the_same_queries_however_many(settings: Any) -> None:
    costs = []
    for count in (2, 7):
        settings.INDEX_KEY = OLD
        for number in range(count):
            write("slt", address=f"+2250700000{count}{number:02}")
        settings.INDEX_KEY = NEW
        with CaptureQueriesContext(connection) as cost:
            assert sum(digests.addresses()) == count
        costs.append(len(cost))
    assert costs[0] == costs[1]
