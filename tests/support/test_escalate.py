"""People in the conversation: exactly one owner, and every handoff is a change of state."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from chatbot.types import HandoffCard
from support import db, escalate, places
from support.models import AuditEvent, Author, Channel, Conversation, Delivery, Escalation, Message, Owner, Reason
from support.privacy import audit
from tests.support.journeys import write
from tests.support.test_receive import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def awa() -> User:
    return User.objects.create_user("awa")


@pytest.fixture
def koffi() -> User:
    return User.objects.create_user("koffi")


def waiting(
    text: str = "je veux parler à quelqu'un", address: str = "+2250700000001", priority: str = "normal"
) -> Conversation:
    conversation = write(text, address=address).conversation
    with db.write():
        escalate.open_locked(conversation, "human_request", priority, "résumé")  # type: ignore[arg-type]
    return Conversation.objects.get(id=conversation.id)


def test_calling_a_person_puts_the_conversation_in_the_queue_once() -> None:
    conversation = waiting()
    with db.write():
        escalate.open_locked(conversation, "anger", "urgent", "en colère")
    assert conversation.owner == Owner.QUEUE
    standing = Escalation.objects.get()
    assert standing.reason == Reason.ANGER


def test_a_calmer_reason_does_not_lower_the_priority() -> None:
    conversation = waiting(priority="urgent")
    with db.write():
        escalate.open_locked(conversation, "anger", "low", "")
    assert Escalation.objects.get().get_priority_display() == "Urgente"


CARD = HandoffCard(kind="refund", known={"amount_fcfa": 700_000}, missing=("from_operator",), amount_fcfa=700_000)


def test_the_card_is_kept_unreadable_in_the_database() -> None:
    conversation = waiting(priority="normal")
    with db.write():
        escalate.open_locked(conversation, "anger", "high", "en colère", CARD)
    standing = Escalation.objects.get()
    assert standing.card == {**asdict(CARD), "missing": ["from_operator"], "asked": [], "claims": []}
    with connection.cursor() as cursor:
        cursor.execute("select card from support_escalation")
        assert "700000" not in cursor.fetchone()[0]


def test_the_place_of_someone_who_joins_is_behind_all_as_urgent() -> None:
    assert places.place_for("normal") == 1
    waiting(address="+2250700000001", priority="high")
    second = waiting(address="+2250700000002", priority="normal")
    waiting(address="+2250700000003", priority="low")
    assert [places.place_for(each) for each in ("urgent", "high", "normal", "low")] == [1, 2, 3, 4]
    third = waiting(address="+2250700000004", priority="normal")
    assert [places.queue_position(each) for each in (second, third)] == [2, 3]
    assert places.standing_priority(third) == "normal"


def test_who_waits_for_nobody_has_no_priority() -> None:
    assert places.standing_priority(write("bonjour").conversation) is None


def test_the_queue_is_by_priority_then_by_due_time() -> None:
    first, second = waiting(address="+2250700000001"), waiting(address="+2250700000002")
    urgent = waiting(address="+2250700000003", priority="urgent")
    assert [places.queue_position(each) for each in (urgent, first, second)] == [1, 2, 3]


def test_taking_makes_one_owner_and_tells_the_audit_trail(awa: User, koffi: User) -> None:
    conversation = waiting()
    escalate.take(conversation.id, awa)
    escalate.take(conversation.id, awa)
    with pytest.raises(escalate.EscalationError, match="awa"):
        escalate.take(conversation.id, koffi)
    conversation.refresh_from_db()
    assert (conversation.owner, conversation.agent) == (Owner.AGENT, awa)
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["take"]


def test_of_twenty_who_take_at_once_exactly_one_is_the_owner() -> None:
    conversation = waiting()
    agents = [User.objects.create_user(f"agent{number}") for number in range(20)]
    results = in_parallel(20, lambda number: escalate.take(conversation.id, agents[number]))
    owners = [result for result in results if isinstance(result, Escalation)]
    assert len(owners) == 1
    assert all(isinstance(result, Escalation | escalate.EscalationError) for result in results), results
    conversation.refresh_from_db()
    assert conversation.agent == owners[0].assignee


def test_taking_cancels_what_the_assistant_has_not_sent_yet(awa: User) -> None:
    conversation = waiting()
    unsent = Message.objects.create(
        conversation=conversation, seq=90, author=Author.BOT, text="…", at=timezone.now(),
        transport=Channel.WHATSAPP, delivery=Delivery.QUEUED,
    )  # fmt: skip
    escalate.take(conversation.id, awa)
    unsent.refresh_from_db()
    assert unsent.delivery == Delivery.CANCELLED


def test_only_the_owner_replies_and_a_repeated_reply_is_one(awa: User, koffi: User) -> None:
    conversation = waiting()
    client_id = uuid.uuid4()
    with pytest.raises(escalate.EscalationError):
        escalate.reply(conversation.id, koffi, "Bonjour", client_id)
    escalate.take(conversation.id, awa)
    first = escalate.reply(conversation.id, awa, " Bonjour ", client_id)
    assert escalate.reply(conversation.id, awa, "Bonjour", client_id) == first
    assert (first.text, first.author, first.delivery) == ("Bonjour", Author.AGENT, Delivery.QUEUED)


@pytest.mark.parametrize("text", ["", "  \n", "\x00", "x" * 4_001])
def test_a_reply_that_cannot_be_sent_is_refused_in_french(awa: User, text: str) -> None:
    conversation = waiting()
    escalate.take(conversation.id, awa)
    with pytest.raises(escalate.EscalationError):
        escalate.reply(conversation.id, awa, text, uuid.uuid4())
    assert not Message.objects.filter(author=Author.AGENT).exists()


def test_handing_back_gives_it_to_the_assistant_and_closing_to_nobody(awa: User) -> None:
    for end, owner in ((escalate.hand_back, Owner.BOT), (escalate.close, Owner.NOBODY)):
        conversation = waiting()
        escalate.take(conversation.id, awa)
        end(conversation.id, awa)
        conversation.refresh_from_db()
        assert (conversation.owner, conversation.agent) == (owner, None)
        assert not Escalation.objects.filter(closed_at__isnull=True).exists()


def test_an_agent_gone_quiet_loses_the_conversation_to_the_queue(awa: User) -> None:
    conversation = waiting()
    escalate.take(conversation.id, awa)
    assert escalate.return_abandoned() == 0
    Escalation.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert escalate.return_abandoned() == 1
    conversation.refresh_from_db()
    assert (conversation.owner, conversation.agent) == (Owner.QUEUE, None)
    assert places.queue_position(conversation) == 1


def test_the_audit_chain_shows_an_edit_a_removal_and_a_cut(awa: User) -> None:
    for number in range(4):
        with db.write():
            audit.record(awa, "test", f"thing:{number}")
    assert audit.first_break() is None
    second = AuditEvent.objects.order_by("id")[1]
    AuditEvent.objects.filter(id=second.id).update(target="other")
    assert audit.first_break() == str(second.id)
    AuditEvent.objects.filter(id=second.id).update(target=second.target)
    assert audit.first_break() is None
    AuditEvent.objects.order_by("-id").first().delete()  # type: ignore[union-attr]
    assert audit.first_break() == "end"


def test_twenty_audited_acts_at_once_make_one_chain(awa: User) -> None:
    def act(number: int) -> None:
        with db.write():
            audit.record(awa, "test", str(number))

    assert in_parallel(20, act) == [None] * 20
    assert AuditEvent.objects.count() == 20
    assert audit.first_break() is None
