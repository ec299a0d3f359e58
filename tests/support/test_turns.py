"""Turns: everything unanswered at once, committed once, and never over a person."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from chatbot.types import Words
from chatbot.voices.ports import Brief, Draft
from support import escalate, leases, turns, worker_mind
from support.models import Author, Channel, Claim, Conversation, Delivery, EngineCall, Escalation, Message, Owner
from tests.support.journeys import NUMBER, let_quiet_pass, say, write
from tests.support.test_receive import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)


def bot_messages(conversation: Conversation) -> list[Message]:
    return list(conversation.messages.filter(author=Author.BOT))


def test_a_message_is_answered_once() -> None:
    replies = say("bonjour")
    conversation = replies[0].conversation
    assert replies and all(reply.author == Author.BOT for reply in replies)
    conversation.refresh_from_db()
    assert conversation.handled_seq == 1
    assert conversation.waiting_since is None
    assert turns.run(conversation.id) == 0
    assert bot_messages(conversation) == replies
    assert EngineCall.objects.filter(conversation=conversation, tier="template").exists()


def test_a_claim_is_filed_from_a_message_that_holds_everything() -> None:
    text = "Bjr, transfert Wave vers Orange de 15 000f pas reçu. Ref EFB.30890423, id TQFMDMBX5IWKCWBYM"
    replies = say(text)
    claim = Claim.objects.get()
    assert claim.slots["easytransfert_id"]["value"] == "EFB.30890423"
    assert any(claim.number in reply.text for reply in replies)
    assert claim.events.get().name == "filed"


def test_whatsapp_waits_for_a_pause_and_answers_a_burst_as_one() -> None:
    first = write("slt")
    assert turns.run(first.conversation_id) == 0
    write("mon transfert wave vers orange est pas arrivé")
    write("EFB.30890423")
    conversation = Conversation.objects.get()
    assert turns.run(conversation.id) == 0
    let_quiet_pass(conversation)
    assert turns.run(conversation.id) == 1
    conversation.refresh_from_db()
    assert conversation.handled_seq == 3
    assert len(bot_messages(conversation)) == 1


def test_a_customer_who_never_stops_typing_is_answered_all_the_same() -> None:
    conversation = write("slt").conversation
    conversation.messages.update(stored_at=timezone.now() - turns.PATIENCE)
    write("toujours là")
    assert turns.run(conversation.id) == 1


def test_of_ten_workers_at_once_one_takes_the_turn() -> None:
    conversation = write("bonjour", Channel.WEB, "visitor:1").conversation
    results = in_parallel(10, lambda _: turns.run(conversation.id))
    assert sorted(results) == [0] * 9 + [1]  # type: ignore[type-var]
    assert len({message.seq for message in bot_messages(conversation)}) == len(bot_messages(conversation)) == 1


class Interrupting:
    """A voice during whose first words something happens."""

    tier = "test"

    def __init__(self, happening: Callable[[], object]) -> None:
        self._happening = happening
        self._voice = worker_mind.with_voice("easytransfert").voice

    def speak(self, brief: Brief, seed: str) -> Draft:
        return Draft(self._pieces(brief, seed), self.tier)

    def answers_open(self, brand: str) -> bool:
        return False

    def _pieces(self, brief: Brief, seed: str) -> Iterator[str]:
        happening, self._happening = self._happening, lambda: None
        happening()
        yield from self._voice.speak(brief, seed)


@pytest.fixture
def voice(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Let the assistant speak with another voice."""

    def use(other: object) -> None:
        mind = worker_mind.with_voice("easytransfert")
        monkeypatch.setattr(worker_mind, "with_voice", lambda brand: replace(mind, voice=other))

    return use


def test_a_newer_message_during_the_turn_is_answered_with_it(voice) -> None:  # type: ignore[no-untyped-def]
    voice(Interrupting(lambda: write("EFB.30890423", Channel.WEB, "visitor:1")))
    conversation = write("transfert wave vers orange pas reçu", Channel.WEB, "visitor:1").conversation
    turns.run(conversation.id)
    conversation.refresh_from_db()
    assert conversation.handled_seq == 2
    assert len(bot_messages(conversation)) == 1


def test_a_person_who_takes_over_during_the_turn_is_not_talked_over(voice) -> None:  # type: ignore[no-untyped-def]
    awa = User.objects.create_user("awa")
    conversation = write("transfert wave vers orange pas reçu", Channel.WEB, "visitor:1").conversation
    voice(Interrupting(lambda: escalate.take(conversation.id, awa)))
    turns.run(conversation.id)
    assert bot_messages(conversation) == []


def test_while_a_person_has_it_the_assistant_listens_and_says_nothing() -> None:
    awa = User.objects.create_user("awa")
    conversation = say("mon transfert orange vers moov n'est pas arrivé")[0].conversation
    before = len(bot_messages(conversation))
    escalate.take(conversation.id, awa)
    assert [reply for reply in say("EFB.29037753") if reply.author == Author.BOT] == []
    assert len(bot_messages(conversation)) == before
    escalate.hand_back(conversation.id, awa)
    say("MP250508.0612.B44244")
    claim = Claim.objects.get()
    assert claim.slots["easytransfert_id"]["value"] == "EFB.29037753"


def test_asking_for_a_person_is_announced_and_done_in_one() -> None:
    replies = say("je veux parler à quelqu'un")
    conversation = Conversation.objects.get()
    assert replies
    assert conversation.owner == Owner.QUEUE
    assert Escalation.objects.get().reason == "human_request"


def test_a_worker_whose_lease_expired_cannot_commit() -> None:
    conversation = write("bonjour", Channel.WEB, "visitor:1").conversation
    slow = leases.acquire(conversation.id, "turn", 30)
    assert slow is not None
    Conversation.objects.update(turn_until=timezone.now() - timedelta(seconds=1))
    assert turns.run(conversation.id) == 1
    pending = list(conversation.messages.filter(author=Author.CUSTOMER))
    with pytest.raises(leases.LeaseLost):
        turns.commit(slow, conversation, pending, [])
    assert len(bot_messages(conversation)) == 1


def test_after_three_faults_the_customer_gets_a_person_instead_of_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object) -> Iterator[Words]:
        raise RuntimeError("no mind")
        yield

    monkeypatch.setattr(turns, "take_turn", fault)
    conversation = write("bonjour", address=NUMBER).conversation
    let_quiet_pass(conversation)
    for _ in range(turns.FAILURES_BEFORE_A_PERSON):
        turns.run(conversation.id)
    conversation.refresh_from_db()
    assert conversation.owner == Owner.QUEUE
    assert Escalation.objects.get().reason == "technical_fault"
    assert [message.delivery for message in bot_messages(conversation)] == [Delivery.QUEUED]


def test_a_damaged_state_costs_what_was_collected_and_not_the_conversation() -> None:
    conversation = write("bonjour", Channel.WEB, "visitor:1").conversation
    Conversation.objects.filter(id=conversation.id).update(state={"version": "none of ours"})
    assert turns.run(conversation.id) == 1
    assert len(bot_messages(conversation)) == 1


def test_stop_is_silent_and_remembered() -> None:
    write("bonjour")
    let_quiet_pass(Conversation.objects.get())
    turns.run(Conversation.objects.get().id)
    write("STOP")
    conversation = Conversation.objects.get()
    before = len(bot_messages(conversation))
    let_quiet_pass(conversation)
    turns.run(conversation.id)
    conversation.identity.refresh_from_db()
    assert conversation.identity.opted_out_at is not None
    assert len(bot_messages(conversation)) == before


def test_an_unknown_conversation_is_no_turn() -> None:
    assert turns.run(uuid.uuid4()) == 0
