"""A conversation given back with an instruction: the assistant acts on it, once, and only where it may speak."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from chatbot.brand import BrandError
from chatbot.dialogue.state import from_json
from support import clock, escalate, instructed, instructions, turns
from support.console import order
from support.models import AuditEvent, Author, Channel, Conversation, Escalation, Identity, Message, Owner
from tests.support.journeys import BRAND, let_quiet_pass, rings, say, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def awa() -> User:
    return User.objects.create_user("awa")


def with_a_person(awa: User, *said: str, channel: Channel = Channel.WEB) -> Conversation:
    """A customer who said this to the assistant, and then asked for a person, who took it."""
    for text in (*said, "je veux parler à quelqu'un"):
        say(text, channel, "visitor:1" if channel == Channel.WEB else "+2250700000001")
    conversation = Conversation.objects.get()
    escalate.take(conversation.id, awa)
    return conversation


def since(conversation: Conversation, seq: int) -> list[Message]:
    return list(conversation.messages.filter(seq__gt=seq, author=Author.BOT))


def last(conversation: Conversation) -> int:
    return conversation.messages.order_by("-seq").values_list("seq", flat=True)[0]


def test_it_asks_at_once_for_what_is_missing_and_only_once(awa: User) -> None:
    conversation = with_a_person(awa, "EFB.30858929 pas reçu, de orange vers wave")
    before = last(conversation)
    instructions.hand_back(conversation.id, awa, "ask_missing")
    assert ("support.tasks.follow_instruction", str(conversation.id)) in rings("turns")
    assert [instructed.run(conversation.id) for _ in range(2)] == ["said", "left"]
    (reply,) = since(conversation, before)
    assert "identifiant" in reply.text.lower()


def test_a_claim_completed_by_talking_to_the_person_is_filed(awa: User) -> None:
    conversation = with_a_person(awa, "EFB.30858929 pas reçu, de orange vers wave")
    write("MP250108.1036.C61621", Channel.WEB, "visitor:1")
    let_quiet_pass(conversation)
    turns.run(conversation.id)
    assert not conversation.customer.claims.exists()
    instructions.hand_back(conversation.id, awa, "ask_missing")
    assert instructed.run(conversation.id) == "said"
    assert conversation.customer.claims.get().slots["operator_tx_id"]["value"] == "MP250108.1036.C61621"


def test_it_tells_where_the_claim_stands(awa: User) -> None:
    conversation = with_a_person(awa, "EFB.30858929 de orange vers wave MP250108.1036.C61621 pas reçu")
    number = conversation.customer.claims.get().number
    before = last(conversation)
    instructions.hand_back(conversation.id, awa, "status")
    assert instructed.run(conversation.id) == "said"
    assert [number in message.text for message in since(conversation, before)] == [True]


def test_words_of_the_person_are_said_to_the_letter(awa: User) -> None:
    conversation = with_a_person(awa)
    before = last(conversation)
    instructions.hand_back(conversation.id, awa, "say", "  Votre remboursement part demain matin. ")
    (message,) = since(conversation, before)
    assert message.text == "Votre remboursement part demain matin."
    assert instructions.due() == []


@pytest.mark.parametrize(
    "words", ["", "x" * 301, "donnez-moi votre code secret", "mon code pin est 4815", "Quel est votre mot de passe ?"]
)
def test_words_that_must_not_be_said_are_refused_and_nothing_changes(awa: User, words: str) -> None:
    conversation = with_a_person(awa)
    before = last(conversation)
    with pytest.raises(escalate.EscalationError):
        instructions.hand_back(conversation.id, awa, "say", words)
    conversation.refresh_from_db()
    assert (conversation.owner, last(conversation)) == (Owner.AGENT, before)


def test_waiting_says_nothing(awa: User) -> None:
    conversation = with_a_person(awa)
    before = last(conversation)
    instructions.hand_back(conversation.id, awa, "wait")
    assert instructed.run(conversation.id) == "left"
    assert since(conversation, before) == []
    assert Escalation.objects.get().instruction == "wait"


def test_after_stop_or_outside_the_window_the_assistant_is_told_to_speak_in_vain(awa: User) -> None:
    conversation = with_a_person(awa, channel=Channel.WHATSAPP)
    Conversation.objects.update(window_from=clock.now() - timedelta(hours=25))
    with pytest.raises(escalate.EscalationError, match="fenêtre"):
        instructions.hand_back(conversation.id, awa, "status")
    Conversation.objects.update(window_from=clock.now())
    Identity.objects.update(opted_out_at=timezone.now())
    with pytest.raises(escalate.EscalationError, match="STOP"):
        instructions.hand_back(conversation.id, awa, "say", "bonjour")
    instructions.hand_back(conversation.id, awa, "wait")


def test_a_person_who_takes_it_again_silences_the_instruction(awa: User) -> None:
    conversation = with_a_person(awa, "EFB.30858929 pas reçu")
    instructions.hand_back(conversation.id, awa, "ask_missing")
    escalate.take(conversation.id, awa)
    before = last(conversation)
    assert instructed.run(conversation.id) == "left"
    assert since(conversation, before) == [] and instructions.due() == []


def test_the_customers_own_message_is_answered_first(awa: User) -> None:
    conversation = with_a_person(awa, "EFB.30858929 pas reçu")
    instructions.hand_back(conversation.id, awa, "ask_missing")
    write("allô ?", Channel.WEB, "visitor:1")
    before = last(conversation)
    assert instructed.run(conversation.id) == "busy"
    assert since(conversation, before) == [] and instructions.due() == [conversation.id]


def test_a_choice_that_nobody_can_act_on_is_refused_when_the_brand_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instructions, "KNOWN", ("wait",))
    with pytest.raises(BrandError, match="handback"):
        instructions.choices(BRAND)


def test_what_called_a_person_calls_nobody_again_after_the_hand_back_unless_asked_for(awa: User) -> None:
    """The quiet hours count from the hand-back, however long the person had the case."""
    lost = "j'ai perdu mon téléphone, je n'ai pas la référence"
    say("mon transfert n'est pas arrivé")
    say(lost)
    conversation = Conversation.objects.get()
    assert conversation.owner == Owner.QUEUE
    with pytest.MonkeyPatch.context() as patch:
        for hours, act in ((23, "back"), (40, lost), (41, "je veux un conseiller")):
            patch.setattr(clock, "now", lambda hours=hours: timezone.now() + timedelta(hours=hours))
            if act == "back":
                escalate.take(conversation.id, awa)
                escalate.hand_back(conversation.id, awa)
                continue
            say(act)
            conversation.refresh_from_db()
            assert conversation.owner == (Owner.BOT if act == lost else Owner.QUEUE), act


def test_told_to_propose_nobody_it_calls_nobody_until_the_customer_asks(awa: User) -> None:
    """No loop: what called a person before does not again, even what always counts; the customer's wish does."""
    conversation = with_a_person(awa)
    instructions.hand_back(conversation.id, awa, "wait", alone=True)
    for words in ("vous êtes nuls, c'est inadmissible !!!", "blabla", "grmbl zzz", "qsdf ghjk", "wxcv bnbn"):
        (reply, *_) = say(words)
        conversation.refresh_from_db()
        assert conversation.owner == Owner.BOT and "conseiller" not in reply.text, words
    say("passez-moi un conseiller")
    conversation.refresh_from_db()
    assert conversation.owner == Owner.QUEUE
    assert not from_json(conversation.state).alone


def test_the_order_is_shown_and_ends_with_the_next_hand_back_or_close(awa: User) -> None:
    conversation = with_a_person(awa)
    note = "Fâché depuis hier,\nrappeler au 07 07 08 09 10 ; son code secret est 4815"
    instructions.hand_back(conversation.id, awa, "wait", alone=True, note=note)
    conversation.refresh_from_db()
    shown = order.of(conversation)
    assert shown and shown["alone"] and shown["by"] == "awa" and shown["label"].startswith("Attendre")
    assert shown["note"].startswith("Fâché depuis hier, rappeler") and "07 08 09" not in shown["note"]
    assert "4815" not in str(conversation.state)
    details = AuditEvent.objects.get(action="instruct").details
    assert details == {"instruction": "wait", "alone": True, "note": True}
    for end in (escalate.hand_back, escalate.close):
        escalate.take(conversation.id, awa)
        conversation.refresh_from_db()
        assert order.of(conversation) is None
        end(conversation.id, awa)
        conversation.refresh_from_db()
        assert not from_json(conversation.state).alone and not from_json(conversation.state).briefing


def test_a_note_too_long_is_refused_and_nothing_changes(awa: User) -> None:
    conversation = with_a_person(awa)
    with pytest.raises(escalate.EscalationError, match="300"):
        instructions.hand_back(conversation.id, awa, "wait", note="x" * 301)
    conversation.refresh_from_db()
    assert conversation.owner == Owner.AGENT
