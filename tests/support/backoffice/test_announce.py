"""Each change of status reaches the customer once, in their channel, unless a person talks or they said STOP."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone

from chatbot.dialogue.state import State, from_json, to_json
from support import clock, deliver, escalate, redis_client, tasks, turns, worker_mind
from support.backoffice import announce
from support.backoffice.changes import Change, change_status
from support.console import case as cases
from support.leases import acquire
from support.models import Author, Channel, Claim, ClaimEvent, Conversation, Delivery, EngineCall, Identity, Message
from tests.support.backoffice.conftest import Filed
from tests.support.journeys import BRAND, NUMBER, let_quiet_pass, rings, say, write
from tests.support.test_receive import in_parallel
from tests.support.whatsapp.twilio_stand_in import TwilioStandIn

pytestmark = pytest.mark.django_db(transaction=True)
CASE = "AK-204-7318"


def change(status: str, number: str = CASE, **more: object) -> dict[str, object]:
    return change_status(BRAND, number, Change(status, **more))  # type: ignore[arg-type]


def news(claim: Claim) -> list[str]:
    """What the assistant told unasked, oldest first."""
    rows = claim.conversation.messages.filter(author=Author.BOT).order_by("seq")
    return [row.text for row in rows]


def told(claim: Claim) -> list[str]:
    return list(claim.events.filter(name="status").order_by("id").values_list("told", flat=True))


def later(monkeypatch: pytest.MonkeyPatch, hours: float) -> None:
    real_now = clock.now
    monkeypatch.setattr(clock, "now", lambda: real_now() + timedelta(hours=hours))


def make_old() -> None:
    ClaimEvent.objects.update(recorded_at=F("recorded_at") - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("received", "reçu"),
        ("processing", "en cours de traitement"),
        ("waiting_customer", "attend une information"),
        ("resolved", "résolu"),
        ("refunded", "remboursé"),
        ("rejected", "pas pu donner suite"),
    ],
)
def test_every_status_has_its_words(filed: Filed, status: str, says: str) -> None:
    claim = filed(status="rejected" if status == "received" else "received")
    change(status, note="voyez l'agence")
    assert announce.run(claim.conversation_id) == 1
    (text,) = news(claim)
    assert says in text and CASE in text and "voyez l'agence" in text


def test_it_is_told_once_however_often_one_looks(filed: Filed) -> None:
    claim = filed()
    change("resolved", event_id="e1", success_reference="OP-778")
    in_parallel(6, lambda _: announce.run(claim.conversation_id))
    announce.run(claim.conversation_id)
    change("resolved", event_id="e1", success_reference="OP-778")
    announce.run(claim.conversation_id)
    (text,) = news(claim)
    assert "OP-778" in text
    assert told(claim) == ["told"]
    assert EngineCall.objects.count() == 1
    message = Message.objects.get(author=Author.BOT)
    assert (message.delivery, message.claim_event.details["status"]) == (Delivery.SENT, "resolved")


def test_two_changes_are_told_in_their_order_each_as_it_was(filed: Filed) -> None:
    claim = filed()
    change("processing", note="dossier ouvert chez Wave")
    change("resolved")
    assert announce.run(claim.conversation_id) == 2
    first, second = news(claim)
    assert "en cours de traitement" in first and "Wave" in first
    assert "résolu" in second and "Wave" not in second


def test_the_state_knows_what_the_back_office_corrected_and_waits_for(filed: Filed) -> None:
    claim = filed()
    change("waiting_customer", note="il manque l'identifiant", corrections={"easytransfert_id": "EFB.31482095"})
    announce.run(claim.conversation_id)
    state = from_json(Conversation.objects.get().state)
    assert state.case and state.case.value("easytransfert_id") == "EFB.31482095"
    assert state.said.asks == ("operator_tx_id",)


def test_the_customers_answer_to_it_settles_what_was_waited_for(filed: Filed, settings) -> None:
    settings.BACKOFFICE_WEBHOOK_URL, settings.BACKOFFICE_WEBHOOK_SECRET = "http://127.0.0.1:9/x", "s"
    claim = filed()
    change("waiting_customer", note="il manque l'identifiant")
    announce.run(claim.conversation_id)
    say("MP240612.1234.A12345")
    claim.refresh_from_db()
    assert claim.slots["operator_tx_id"]["value"] == "MP240612.1234.A12345"
    assert (claim.status, claim.note) == ("received", "")
    assert claim.outgoing.get().name == "claim.corrected"


def test_my_case_is_answered_from_the_claim(filed: Filed) -> None:
    claim = filed()
    (before,) = say("mon dossier ?")
    assert "pas encore arrivé à l'équipe technique" in before.text
    change("processing", note="virement lancé")
    announce.run(claim.conversation_id)
    after = say("mon dossier ?")[-1]
    assert "virement lancé" in after.text


def test_a_customer_who_is_writing_is_answered_first(filed: Filed) -> None:
    claim = filed()
    change("processing")
    write("frais pour 100000", Channel.WEB, "visitor:1")
    assert announce.run(claim.conversation_id) == 0
    assert told(claim) == ["due"]
    assert ("support.tasks.take_turn", str(claim.conversation_id)) in rings("turns")
    let_quiet_pass(claim.conversation)
    turns.run(claim.conversation_id)
    assert announce.run(claim.conversation_id) == 1
    assert "FCFA" in news(claim)[0] and "traitement" in news(claim)[1]


def test_a_turn_under_way_is_waited_for(filed: Filed) -> None:
    claim = filed()
    change("processing")
    lease = acquire(claim.conversation_id, "turn", 30, unasked=True)
    assert lease and announce.run(claim.conversation_id) == 0
    lease.release()
    assert announce.run(claim.conversation_id) == 1


def test_killed_between_the_change_and_its_telling_the_sweeper_finishes(filed: Filed) -> None:
    claim = filed()
    change("processing")
    redis_client.connection().flushall()  # the doorbell is lost with the worker that heard it
    tasks.sweep()
    assert rings("turns") == [], "not before its time"
    make_old()
    tasks.sweep()
    tasks.sweep()
    assert rings("turns") == [("support.tasks.announce_changes", str(claim.conversation_id))]
    tasks.announce_changes(str(claim.conversation_id))
    assert len(news(claim)) == 1


def test_killed_while_telling_nothing_is_half_said(filed: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = filed()
    change("processing")

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(announce, "_store", die)
    with pytest.raises(Killed):
        announce.run(claim.conversation_id)
    monkeypatch.undo()
    assert (news(claim), told(claim)) == ([], ["due"])
    Conversation.objects.update(turn_until=timezone.now())  # the dead worker's lease runs out
    assert announce.run(claim.conversation_id) == 1
    assert len(news(claim)) == 1


def test_a_fault_in_wording_it_leaves_the_duty_standing(filed: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = filed()
    change("processing")
    monkeypatch.setattr(worker_mind, "with_voice", lambda _: None)
    assert announce.run(claim.conversation_id) == 0
    monkeypatch.undo()
    assert announce.run(claim.conversation_id) == 1


def test_a_damaged_state_keeps_nobody_from_the_news(filed: Filed) -> None:
    claim = filed()
    Conversation.objects.update(state={"version": 0})
    change("processing")
    assert announce.run(claim.conversation_id) == 1


def test_a_worker_that_lost_its_lease_says_nothing(filed: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = filed()
    change("processing")
    real = announce._words

    def slow(conversation: Conversation, event: ClaimEvent) -> object:
        Conversation.objects.update(turn_token=uuid.uuid4())
        return real(conversation, event)

    monkeypatch.setattr(announce, "_words", slow)
    assert announce.run(claim.conversation_id) == 0
    assert (news(claim), told(claim)) == ([], ["due"])


# --- STOP, and people -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", [Channel.WEB, Channel.WHATSAPP])
def test_after_stop_nothing_is_told_and_it_is_on_record(filed: Filed, channel: Channel) -> None:
    claim = filed(channel=channel, address=NUMBER if channel == Channel.WHATSAPP else "visitor:1")
    Identity.objects.update(opted_out_at=timezone.now())
    change("processing")
    announce.run(claim.conversation_id)
    assert (news(claim), told(claim)) == ([], ["stopped"])


def test_stop_that_frees_held_news_stops_it(
    filed: Filed, twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = filed(channel=Channel.WHATSAPP, address=NUMBER)
    later(monkeypatch, 25)
    change("processing")
    announce.run(claim.conversation_id)
    deliver.run(claim.conversation_id)
    write("STOP")
    deliver.run(claim.conversation_id)
    assert "Body" not in str([seen.fields for seen in twilio.seen]), "what was written is read first"
    let_quiet_pass(claim.conversation)
    turns.run(claim.conversation_id)
    deliver.run(claim.conversation_id)
    held = claim.conversation.messages.filter(author=Author.BOT).order_by("seq").first()
    assert held and held.delivery == Delivery.CANCELLED
    assert not any("traitement" in seen.fields.get("Body", "") for seen in twilio.seen)
    assert told(claim) == ["stopped"]


@pytest.fixture
def awa(transactional_db: None) -> User:
    return User.objects.create_user("awa", is_staff=True)


def test_while_an_agent_talks_the_assistant_is_silent_and_the_agent_sees_it(filed: Filed, awa: User) -> None:
    claim = filed()
    escalate.take(claim.conversation_id, awa)
    change("resolved", note="virement fait")
    assert announce.run(claim.conversation_id) == 0
    assert (news(claim), told(claim)) == ([], ["agent"])
    card = cases.card(claim.conversation_id, awa, whole_numbers=False)
    assert card is not None
    assert card["claims"][0]["note"] == "virement fait"
    assert card["claims"][0]["events"][-1]["label"] == "État changé : Résolu (à dire par le conseiller)"


def test_news_whose_doorbell_was_lost_is_left_to_the_agent_too(filed: Filed, awa: User) -> None:
    claim = filed()
    escalate.take(claim.conversation_id, awa)
    change("resolved")
    redis_client.connection().flushall()
    make_old()
    tasks.sweep()
    (ring,) = rings("turns")
    tasks.announce_changes(ring[1])
    assert told(claim) == ["agent"]


def test_many_workers_that_find_it_busy_ask_for_one_more_look(filed: Filed) -> None:
    claim = filed()
    change("processing")
    redis_client.connection().flushall()
    assert acquire(claim.conversation_id, "turn", 30, unasked=True)
    for _ in range(5):
        announce.run(claim.conversation_id)
    assert rings("turns") == [("support.tasks.announce_changes", str(claim.conversation_id))]


@pytest.mark.parametrize("end", [escalate.hand_back, escalate.close])
def test_an_agent_who_leaves_without_a_word_leaves_the_news_to_the_assistant(
    filed: Filed, awa: User, end: Callable[..., None]
) -> None:
    claim = filed()
    escalate.take(claim.conversation_id, awa)
    change("resolved")
    announce.run(claim.conversation_id)
    end(claim.conversation_id, awa)
    make_old()
    tasks.sweep()
    announce.run(claim.conversation_id)
    assert (len(news(claim)), told(claim)) == (1, ["told"])


def test_an_agent_who_wrote_since_has_told(filed: Filed, awa: User) -> None:
    claim = filed()
    escalate.take(claim.conversation_id, awa)
    change("resolved")
    announce.run(claim.conversation_id)
    escalate.reply(claim.conversation_id, awa, "c'est réglé !", uuid.uuid4())
    escalate.hand_back(claim.conversation_id, awa)
    tasks.sweep()
    announce.run(claim.conversation_id)
    assert (news(claim), told(claim)) == ([], ["by_agent"])


def test_news_in_the_outbox_when_an_agent_takes_over_is_the_agents(
    filed: Filed, awa: User, twilio: TwilioStandIn
) -> None:
    claim = filed(channel=Channel.WHATSAPP, address=NUMBER)
    change("processing")
    announce.run(claim.conversation_id)
    escalate.take(claim.conversation_id, awa)
    deliver.run(claim.conversation_id)
    assert (twilio.seen, told(claim)) == ([], ["agent"])
    escalate.hand_back(claim.conversation_id, awa)
    tasks.sweep()
    announce.run(claim.conversation_id)
    deliver.run(claim.conversation_id)
    assert [message["body"] for message in twilio.messages] == [news(claim)[-1]]


# --- WhatsApp's window ----------------------------------------------------------------------------------------------


def test_inside_the_window_it_is_a_message(filed: Filed, twilio: TwilioStandIn) -> None:
    claim = filed(channel=Channel.WHATSAPP, address=NUMBER)
    change("processing")
    announce.run(claim.conversation_id)
    assert ("support.tasks.send_replies", str(claim.conversation_id)) in rings("delivery")
    deliver.run(claim.conversation_id)
    deliver.run(claim.conversation_id)
    assert [message["body"] for message in twilio.messages] == news(claim)


def test_outside_it_each_change_is_told_by_template_and_the_words_follow(
    filed: Filed, twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch, settings
) -> None:
    claim = filed(channel=Channel.WHATSAPP, address=NUMBER)
    later(monkeypatch, 25)
    change("processing", note="virement lancé")
    announce.run(claim.conversation_id)
    deliver.run(claim.conversation_id)
    change("resolved")
    announce.run(claim.conversation_id)
    deliver.run(claim.conversation_id)
    deliver.run(claim.conversation_id)
    sent = [(seen.fields["ContentSid"], seen.fields["ContentVariables"]) for seen in twilio.seen]
    template = settings.TWILIO_TEMPLATE_STATUS
    assert sent == [
        (template, '{"1": "AK-204-7318", "2": "il est en cours de traitement"}'),
        (template, '{"1": "AK-204-7318", "2": "il est marqué comme résolu"}'),
    ]
    assert [m.delivery for m in Message.objects.filter(author=Author.BOT)] == [Delivery.HELD] * 2
    write("oui ?")
    let_quiet_pass(claim.conversation)
    turns.run(claim.conversation_id)
    deliver.run(claim.conversation_id)
    bodies = [message["body"] for message in reversed(twilio.messages)][2:]
    assert bodies[:2] == news(claim)[:2]
    assert "virement lancé" in bodies[0]


def test_without_a_template_of_its_own_it_asks_to_reopen(
    filed: Filed, twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch, settings
) -> None:
    settings.TWILIO_TEMPLATE_STATUS = ""
    claim = filed(channel=Channel.WHATSAPP, address=NUMBER)
    later(monkeypatch, 25)
    change("processing")
    announce.run(claim.conversation_id)
    deliver.run(claim.conversation_id)
    assert [seen.fields["ContentSid"] for seen in twilio.seen] == [settings.TWILIO_TEMPLATE_REOPEN]


def test_the_simulated_provider_knows_the_template(settings) -> None:
    from support import house_words
    from support.simulator import provider

    text, values = house_words.status_news(BRAND, CASE, "resolved")
    import json

    assert provider._template_text(settings.TWILIO_TEMPLATE_STATUS, json.dumps(values)) == text
    for bad in ("", "{}", "[]", "3"):
        with pytest.raises(provider.Refusal):
            provider._template_text(settings.TWILIO_TEMPLATE_STATUS, bad)


def test_a_claim_of_long_ago_is_told_all_the_same(filed: Filed) -> None:
    claim = filed()
    for n in range(8):
        Claim.objects.create(
            number=f"AK-999-000{n}", customer=claim.customer, conversation=claim.conversation, kind=claim.kind,
            slots=claim.slots, filed_at=clock.now(), changed_at=clock.now(),
        )  # fmt: skip
    change("rejected")
    announce.run(claim.conversation_id)
    assert CASE in news(claim)[0] and "donner suite" in news(claim)[0]


def test_it_does_not_forget_an_open_case(filed: Filed) -> None:
    claim = filed()
    say("g envoyé 20000 de wave vers orange c pas arrivé")
    before = from_json(Conversation.objects.get().state)
    change("processing")
    announce.run(claim.conversation_id)
    after = from_json(Conversation.objects.get().state)
    assert (
        [case for case in before.cases if case.phase == "open"] == [c for c in after.cases if c.phase == "open"] != []
    )
    assert to_json(State()) != to_json(after)
