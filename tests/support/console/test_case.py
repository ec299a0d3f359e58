"""The case page's data: the card, the transcript, and the truth about each message."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from chatbot.dialogue.state import Case, State, to_json
from chatbot.types import HandoffCard, Slot
from support import clock, db, escalate
from support.console import case as cases
from support.console import following, reveal, transcript, words
from support.models import Channel, Claim, ClaimEvent, Conversation, Delivery, Message
from support.transports.web.events import isoformat
from tests.support.journeys import write

Waiting = Callable[..., Conversation]


def card(case: Conversation, user: User, *, whole: bool = False) -> dict[str, Any]:
    found = cases.card(case.id, user, whole_numbers=whole)
    assert found is not None
    return found


def fact(value: str | int, source: str = "", validity: str = "ok") -> dict[str, Any]:
    return {"value": value, "source": source, "at": clock.now().isoformat(), "validity": validity}


def file(case: Conversation, **slots: dict[str, Any]) -> None:
    at = clock.now()
    claim = Claim(number="AK-000-0000", customer=case.customer, conversation=case, kind="x", filed_at=at, changed_at=at)
    claim.slots = slots
    claim.save()
    ClaimEvent.objects.create(claim=claim, name="filed", at=at)


def bubbles(case: Conversation, *, whole: bool = False) -> list[dict[str, Any]]:
    return transcript.messages(list(transcript.marks(case.id, 0)), whole_numbers=whole)


def test_a_conversation_that_does_not_exist_has_no_card(awa: User) -> None:
    assert cases.card(uuid.uuid4(), awa, whole_numbers=False) is None


def test_the_card_says_whose_the_case_is(awa: User, koffi: User, waiting: Waiting) -> None:
    case = waiting()
    escalate.take(case.id, awa)
    assert card(case, awa)["mine"] is True
    assert card(case, koffi)["mine"] is False and card(case, koffi)["agent"]["name"] == "Awa"


CARD = HandoffCard(
    kind="wrong_recipient",
    known={"wrong_msisdn": "+2250511000034", "amount_fcfa": 600_000},
    missing=("right_msisdn", "from_operator"),
    asked=("right_msisdn",),
    mood="neg",
    claims=("AK-204-7318",),
    amount_fcfa=600_000,
)


def test_the_handoff_card_tells_what_is_known_what_is_not_and_what_is_at_stake(awa: User, waiting: Waiting) -> None:
    case = waiting(priority="normal")
    with db.write():
        escalate.open_locked(case, "wrong_recipient", "urgent", "résumé", CARD)
    lines = {line["label"]: line["value"] for line in card(case, awa)["escalation"]["facts"]}
    assert lines["En jeu"] == "600\u202f000\u00a0FCFA"
    assert lines["Humeur"] == "mécontent"
    assert lines["Dossiers"] == "AK-204-7318"
    assert lines["Manque"] == "Bon numéro, Départ"
    assert lines["Dernière demande"] == "Bon numéro"
    assert "Mauvais numéro : " in lines["Connu"] and "0511000034" not in lines["Connu"]
    assert "0511000034" in str(card(case, awa, whole=True)["escalation"]["facts"])


def test_what_a_claim_shows_with_its_source_is_not_said_twice(awa: User, waiting: Waiting) -> None:
    case = waiting(priority="normal")
    file(case, wrong_msisdn=fact("+2250511000034"), amount_fcfa=fact(5_000))
    with db.write():
        escalate.open_locked(case, "wrong_recipient", "urgent", "résumé", CARD)
    lines = {line["label"]: line["value"] for line in card(case, awa)["escalation"]["facts"]}
    assert "Mauvais numéro" not in lines["Connu"]
    assert "Montant" in lines["Connu"]  # another amount than the claim's is worth telling


def test_a_card_without_facts_shows_no_empty_line(awa: User, waiting: Waiting) -> None:
    assert card(waiting(), awa)["escalation"]["facts"] == []


def test_numbers_are_masked_everywhere_until_they_are_revealed(awa: User, waiting: Waiting) -> None:
    case = waiting("mon numéro : 0700000012", address="+2250700000001")
    file(case, recipient_number=fact("+2250511000034"))
    masked = str([card(case, awa), bubbles(case)])
    assert not any(number in masked for number in ("0700000012", "0511000034", "0700000001"))
    shown = str([card(case, awa, whole=True), bubbles(case, whole=True)])
    assert all(number in shown for number in ("0700000012", "+2250511000034", "+2250700000001"))


def test_a_claim_shows_each_fact_with_its_source_and_whether_to_trust_it(awa: User, waiting: Waiting) -> None:
    case = waiting("efb 31570264")
    message = case.messages.get()
    source = str(message.id)
    file(
        case,
        easytransfert_id=fact("EFB.31570264", source),
        operator_tx_id=fact("T7K2", "claim:AK-1", "doubtful"),
        amount_fcfa=fact(20000, source),
    )
    shown = card(case, awa)["claims"][0]
    reference, transaction, amount = shown["slots"]
    assert (reference["value"], reference["seq"], reference["doubtful"]) == ("EFB.31570264", message.seq, False)
    assert (transaction["seq"], transaction["doubtful"], transaction["validity"]) == (None, True, "à vérifier")
    assert amount["value"] == "20\u202f000\u00a0FCFA"
    assert shown["status_label"] == "Reçu" and shown["events"][0]["label"] == "Dossier ouvert"


def test_what_the_assistant_is_still_gathering_is_shown(awa: User, waiting: Waiting) -> None:
    case = waiting("wave")
    slot = Slot("Wave", str(case.messages.get().id), clock.now())
    state = State(cases=(Case("debited_not_received", clock.now(), {"from_operator": slot}),), focus=0)
    Conversation.objects.filter(id=case.id).update(state=to_json(state))
    gathering = card(case, awa)["collecting"]
    assert [(each["value"], each["seq"]) for each in gathering[0]["slots"]] == [("Wave", 1)]


def test_a_state_of_another_version_shows_as_nothing(awa: User, waiting: Waiting) -> None:
    case = waiting()
    Conversation.objects.filter(id=case.id).update(state={"version": 99})
    assert card(case, awa)["collecting"] == []


def test_the_whatsapp_window_ends_a_day_after_the_customer_wrote(awa: User, waiting: Waiting) -> None:
    case = waiting()
    wrote_at = case.window_from
    assert wrote_at
    assert card(case, awa)["window"] == isoformat(wrote_at + timedelta(hours=24))


def test_a_web_conversation_has_no_window(awa: User, waiting: Waiting) -> None:
    assert card(waiting(channel=Channel.WEB, address="visitor:1"), awa)["window"] is None


@pytest.mark.parametrize("state", [state for state in Delivery if state != Delivery.RECEIVED])
def test_every_delivery_state_is_told_in_french_and_trouble_says_what_to_do(
    state: Delivery, awa: User, waiting: Waiting
) -> None:
    case = waiting()
    escalate.take(case.id, awa)
    sent = escalate.reply(case.id, awa, "bonjour", uuid.uuid4())
    Message.objects.filter(id=sent.id).update(delivery=state)
    delivery = bubbles(case)[-1]["delivery"]
    assert delivery["label"] and delivery["bad"] == (state in transcript.SETTLED_BADLY)
    if delivery["bad"]:
        assert delivery["why"] and delivery["todo"]


@pytest.mark.parametrize("code", [*words.tables()["errors"], "99999"])
def test_every_failure_says_why_and_what_to_do(code: str) -> None:
    explanation = words.explain(Delivery.FAILED, code)
    assert explanation.why and explanation.todo.endswith(".")


def test_an_unknown_error_keeps_its_number_for_the_technical_team() -> None:
    assert words.explain(Delivery.FAILED, "99999").why == "erreur 99999"


def test_a_web_message_the_customer_has_read_says_so(awa: User, waiting: Waiting) -> None:
    case = waiting(channel=Channel.WEB, address="visitor:1")
    escalate.take(case.id, awa)
    reply = escalate.reply(case.id, awa, "bonjour", uuid.uuid4())
    assert bubbles(case)[-1]["delivery"]["label"] == "Envoyé"
    Conversation.objects.filter(id=case.id).update(customer_read_seq=reply.seq)
    assert bubbles(case)[-1]["delivery"]["label"] == "Lu"


def test_a_customers_message_comes_with_the_assistants_reading_of_it(awa: User, waiting: Waiting) -> None:
    case = waiting("slt, appelle 0700000012")
    write("bonjour")
    escalate.take(case.id, awa)
    escalate.reply(case.id, awa, "slt", uuid.uuid4())
    assert [bubble["normalised"] for bubble in bubbles(case)] == ["salut, appelle •••• 0012", "", ""]


def test_attachments_are_named(waiting: Waiting) -> None:
    case = waiting("", kind="image", attachments=[{"name": "recu.jpg"}])
    write("", address="+2250700000001", kind="audio")
    named = [[each["name"] for each in bubble["attachments"]] for bubble in bubbles(case)]
    assert named == [["recu.jpg"], ["Message vocal"]]


def test_a_page_hears_only_what_changed(awa: User, waiting: Waiting) -> None:
    case = waiting()
    view = following.CaseView(case.id, awa)
    assert [frame["type"] for frame in view.news() or []] == ["case", "messages"]
    assert view.news() == []
    write("et alors ?")
    (_, frame) = view.news() or []
    assert [message["text"] for message in frame["messages"]] == ["et alors ?"]


def test_a_page_hears_that_a_message_was_delivered(awa: User, waiting: Waiting) -> None:
    case = waiting()
    escalate.take(case.id, awa)
    reply = escalate.reply(case.id, awa, "bonjour", uuid.uuid4())
    view = following.CaseView(case.id, awa)
    view.news()
    Message.objects.filter(id=reply.id).update(delivery=Delivery.DELIVERED)
    (frame,) = view.news() or []
    assert [message["delivery"]["label"] for message in frame["messages"]] == ["Remis"]


def test_a_long_transcript_opens_at_its_end_and_reaches_back_to_the_start(awa: User, waiting: Waiting) -> None:
    case = waiting()
    for number in range(transcript.PAGE + 20):
        write(f"message {number}")
    view = following.CaseView(case.id, awa)
    opening = next(frame for frame in view.news() or [] if frame["type"] == "messages")
    assert len(opening["messages"]) == transcript.PAGE and opening["older"]
    view.reach_back()
    (older,) = view.news() or []
    assert [message["seq"] for message in older["messages"]] == list(range(1, 22)) and not older["older"]


def test_a_page_asked_for_while_news_are_looked_for_is_not_forgotten(
    awa: User, waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both run in threads of their own."""
    case = waiting()
    for number in range(transcript.PAGE):
        write(f"message {number}")
    view, marks = following.CaseView(case.id, awa), transcript.marks
    view.news()
    monkeypatch.setattr(transcript, "marks", lambda *asked: (view.reach_back(), marks(*asked))[1])
    view.news()
    (older,) = view.news() or []
    assert [message["seq"] for message in older["messages"]] == [1]


def test_words_being_spoken_are_masked_too(awa: User, waiting: Waiting) -> None:
    view = following.CaseView(waiting().id, awa)
    view.spoken("r", "Vers le 07000")
    assert view.spoken("r", "00012, c'est bien cela ?")["text"] == "Vers le •••• 0012, c'est bien cela ?"


def test_the_right_to_see_numbers_is_for_one_person_and_one_case(awa: User, koffi: User, waiting: Waiting) -> None:
    case, other = waiting(), waiting(address="+2250700000002")
    token = reveal.grant(awa, case.id, reveal.Why("check_file"))
    assert reveal.is_granted(token, awa, case.id)
    assert not reveal.is_granted(token, koffi, case.id)
    assert not reveal.is_granted(token, awa, other.id)
    assert not reveal.is_granted(f"{token}x", awa, case.id) and not reveal.is_granted(None, awa, case.id)


def test_the_right_to_see_numbers_ends(awa: User, waiting: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    case = waiting()
    view = following.CaseView(case.id, awa)
    view.token = reveal.grant(awa, case.id, reveal.Why("check_file"))
    assert "+2250700000001" in str(view.news())
    monkeypatch.setattr(reveal, "LASTS_SECONDS", -1)
    news = str(view.news())
    assert "•••• 0001" in news and "+2250700000001" not in news
