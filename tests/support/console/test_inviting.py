"""Outside the 24 hours an agent chooses among approved templates; the reply waits behind it; nobody is asked twice."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from support import clock, deliver, escalate, inviting, undo, whatsapp_templates
from support.console import window, words
from support.models import AuditEvent, Author, Conversation, Customer, Delivery, Message, PendingReply
from support.simulator import provider
from tests.support.console.test_actions import BrowserOf, Waiting, act
from tests.support.console.test_composing import claim_of
from tests.support.journeys import BRAND, write
from tests.support.whatsapp import twilio_stand_in as stand_in
from tests.support.whatsapp.twilio_stand_in import TwilioStandIn


@pytest.fixture
def twilio(settings: Any) -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as server:
        settings.TWILIO_API_BASE = server.url
        yield server


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Moves the house's clock by so many hours from the real one."""
    real = clock.now

    def move(hours: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + timedelta(hours=hours))

    return move


@pytest.fixture
def case(awa: User, waiting: Waiting, later: Any) -> Conversation:
    """A case that awa has taken, 25 hours after its customer last wrote."""
    found = waiting()
    Customer.objects.filter(id=found.customer_id).update(display_name="MARIAM 🌺")
    escalate.take(found.id, awa)
    later(25)
    return Conversation.objects.get(id=found.id)


def send(browser: Any, case: Conversation, template: str, text: str = "", **more: str) -> Any:
    body = {"client_id": str(uuid.uuid4()), "text": text, "template": template} | more
    return act(browser, case, "reply", body)


def ours(case: Conversation) -> list[tuple[str, str]]:
    rows = case.messages.exclude(author=Author.CUSTOMER).order_by("seq")
    return [(row.template or row.text, str(row.delivery)) for row in rows]


def test_what_is_shipped_can_be_approved() -> None:
    """Meta refuses a body that begins or ends with a variable; « tu » and secrets have no place here."""
    found = whatsapp_templates.of(BRAND)
    assert len(found) >= 5 and not found["status"].offered
    for each in found.values():
        assert each.category == "utility" and not each.text.startswith("{{") and not each.text.endswith("}}")
        assert "\n" not in each.text and len(each.text) <= 220 and "Répondez à ce message" in each.text
        assert {name for name, _ in each.variables} <= set(words.tables()["variables"])


def test_the_chosen_template_goes_filled_and_the_reply_waits_behind_it(
    awa: User, case: Conversation, browser_of: BrowserOf, twilio: TwilioStandIn, settings: Any
) -> None:
    claim_of(case)
    assert send(browser_of(awa), case, "nouvelles", "C'est remboursé.").status_code == 201
    deliver.run(case.id)
    assert ours(case) == [("nouvelles", "sent"), ("C'est remboursé.", "held")]
    (seen,) = twilio.seen
    assert seen.fields["ContentSid"] == settings.TWILIO_TEMPLATES["nouvelles"] and "Body" not in seen.fields
    assert seen.fields["ContentVariables"] == '{"1": "Mariam", "2": "AK-204-7318"}'
    invited = case.messages.get(template="nouvelles")
    assert invited.text.startswith("Bonjour Mariam, nous avons des nouvelles de votre dossier AK-204-7318.")
    assert window.name_of(invited) == "Modèle WhatsApp « Du nouveau sur son dossier », par Awa"
    assert AuditEvent.objects.get(action="template").details == {"template": "nouvelles"}
    write("oui ?")
    deliver.run(case.id)
    assert ours(case)[1] == ("C'est remboursé.", "sent")


def test_a_template_may_go_alone_and_a_repeat_is_the_first(
    awa: User, case: Conversation, browser_of: BrowserOf
) -> None:
    once = {"client_id": str(uuid.uuid4())}
    answers = [send(browser_of(awa), case, "reopen", **once) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"] and answers[0].json()["client_id"] == once["client_id"]
    assert ours(case) == [("reopen", "queued")]


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("regle", "pas encore approuvé"),
        ("nouvelles", "le numéro de dossier"),
        ("status", "n'existe pas"),
        ("inconnu", "n'existe pas"),
    ],
)
def test_what_is_not_approved_or_cannot_be_filled_is_shown_and_cannot_be_chosen(
    template: str, reason: str, awa: User, case: Conversation, browser_of: BrowserOf
) -> None:
    refused = send(browser_of(awa), case, template, "bonjour")
    assert refused.status_code == 409 and reason in refused.json()["detail"]
    assert ours(case) == []
    plan = window.invitation(case, awa)
    shown = {each["name"]: each for each in plan["templates"]} if plan else {}
    assert list(shown) == ["reopen", "nouvelles", "manque", "regle"] and not shown["reopen"]["refused"]
    if template in shown:
        assert reason in shown[template]["refused"] and "[dossier ?]" in shown[template]["text"]


def test_a_second_invitation_within_24_hours_is_refused_with_the_reason(
    awa: User, case: Conversation, browser_of: BrowserOf, twilio: TwilioStandIn, later: Any
) -> None:
    claim_of(case)
    browser = browser_of(awa)
    assert send(browser, case, "reopen", "un").status_code == 201
    deliver.run(case.id)
    refused = send(browser, case, "nouvelles", "deux")
    assert refused.status_code == 409 and "déjà invité à écrire" in refused.json()["detail"]
    plan = window.invitation(case, awa)
    assert plan and "un autre modèle pourra partir demain à" in plan["refused"] and "Répondez" in plan["sent_text"]
    assert plan["next"] > plan["sent"]
    assert send(browser, case, "", "deux").status_code == 201
    deliver.run(case.id)
    assert ours(case) == [("reopen", "sent"), ("un", "held"), ("deux", "held")]
    later(50)
    assert send(browser, case, "nouvelles").status_code == 201


def test_the_customers_other_number_counts_too(awa: User, case: Conversation) -> None:
    other = write("bonjour", address="+2250700000002").conversation
    Conversation.objects.filter(id=other.id).update(customer=case.customer_id, inbound_at=None)
    Message.objects.create(
        conversation=other, seq=2, author=Author.SYSTEM, text="…", template="reopen", at=clock.now(),
        transport="whatsapp", delivery=Delivery.DELIVERED,
    )  # fmt: skip
    assert "déjà invité" in inviting.why_not(case)


def test_an_invitation_that_was_refused_leaves_room_and_the_plain_one_follows(
    awa: User, case: Conversation, browser_of: BrowserOf, twilio: TwilioStandIn
) -> None:
    claim_of(case)
    twilio.will(stand_in.refuse(63041))
    send(browser_of(awa), case, "nouvelles", "C'est remboursé.")
    deliver.run(case.id)
    assert ours(case) == [("nouvelles", "failed"), ("C'est remboursé.", "held"), ("reopen", "sent")]
    told = words.explain("failed", case.messages.get(template="nouvelles").error_code)
    assert told.why == "WhatsApp a suspendu ce modèle" and "Choisissez un autre modèle" in told.todo


def test_an_invitation_not_yet_sent_when_the_customer_writes_is_dropped(
    awa: User, case: Conversation, browser_of: BrowserOf, twilio: TwilioStandIn
) -> None:
    send(browser_of(awa), case, "reopen", "bonjour")
    write("me revoilà")
    deliver.run(case.id)
    assert ours(case) == [("reopen", "cancelled"), ("bonjour", "sent")]


def test_a_template_that_lost_its_approval_in_the_outbox_fails_and_says_so(
    awa: User, case: Conversation, browser_of: BrowserOf, twilio: TwilioStandIn, settings: Any
) -> None:
    send(browser_of(awa), case, "manque" if claim_of(case) else "", "bonjour")
    settings.TWILIO_TEMPLATES = {}
    deliver.run(case.id)
    assert ours(case)[0] == ("manque", "failed") and all("Body" not in seen.fields for seen in twilio.seen)
    assert "réglé" in words.explain("failed", case.messages.get(template="manque").error_code).why


def test_while_it_can_be_undone_nothing_is_spent_and_the_choice_is_kept(
    awa: User, case: Conversation, browser_of: BrowserOf, settings: Any
) -> None:
    settings.UNDO_SECONDS = 5.0
    first = send(browser_of(awa), case, "reopen", "bonjour").json()["pending"]
    assert first["template"]["name"] == "reopen" and ours(case) == []
    plan = window.invitation(case, awa)
    assert plan and "en train de partir" in plan["refused"]
    assert send(browser_of(awa), case, "reopen", "deux fois").status_code == 409
    undo.undo(case.id, awa, uuid.UUID(first["client_id"]))
    send(browser_of(awa), case, "reopen", "bonjour")
    escalate.release(case.id, clock.now())
    assert ours(case) == [("reopen", "queued"), ("bonjour", "queued")]


def test_a_template_alone_that_became_pointless_stays_with_the_reason(
    awa: User, case: Conversation, browser_of: BrowserOf, settings: Any
) -> None:
    settings.UNDO_SECONDS = 5.0
    send(browser_of(awa), case, "reopen")
    write("me revoilà")
    escalate.release(case.id, clock.now())
    assert ours(case) == [] and "fenêtre de 24 h est ouverte" in PendingReply.objects.get().refused


def test_after_stop_none_can_be_chosen(awa: User, case: Conversation, browser_of: BrowserOf) -> None:
    case.identity.opted_out_at = clock.now()
    case.identity.save()
    refused = send(browser_of(awa), case, "reopen", "bonjour")
    assert refused.status_code == 409 and "STOP" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("shown", "name"),
    [("MARIAM 🌺", "Mariam"), ("jean-marc k.", "Jean-marc"), ("+225 07 00", ""), ("<b>x</b>", ""), ("", "")],
)
def test_only_what_can_be_a_first_name_is_one(shown: str, name: str) -> None:
    assert window.first_name(shown) == name


def test_the_simulator_reads_every_approved_template(settings: Any) -> None:
    found = whatsapp_templates.of(BRAND)["nouvelles"]
    values = '{"1": "Mariam", "2": "AK-204-7318"}'
    assert "Mariam" in provider._template_text(settings.TWILIO_TEMPLATES["nouvelles"], values)
    assert whatsapp_templates.named(BRAND, "") is None and found.lacking({}) == ["dossier"]
