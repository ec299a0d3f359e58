"""Claims past their promised time are told to a person once, and to the customer never by an invented message."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support import clock, db, escalate, turns
from support.backoffice import overdue
from support.models import Channel, Claim, ClaimEvent, Conversation, Escalation, Owner
from tests.support.journeys import let_quiet_pass, write

pytestmark = pytest.mark.django_db(transaction=True)


def claim(hours: float, kind: str = "debited_not_received", status: str = "processing", **slots: object) -> Claim:
    """A claim filed so many hours ago in a conversation of its own."""
    conversation = write("pas reçu", address=f"+22507000000{Claim.objects.count():02d}").conversation
    at = clock.now() - timedelta(hours=hours)
    row = Claim(
        number=f"AK-{Claim.objects.count():03d}-0000",
        customer=conversation.customer,
        conversation=conversation,
        kind=kind,
        status=status,
        filed_at=at,
        changed_at=at,
    )
    row.slots = {name: {"value": value} for name, value in slots.items()}
    row.save()
    return row


def test_a_late_claim_waits_for_a_person_at_low_priority_once_and_nothing_is_said() -> None:
    late = claim(49, amount_fcfa=20_000, easytransfert_id="EFB.31570264")
    assert [overdue.call_people(), overdue.call_people()] == [1, 0]
    standing = Escalation.objects.get()
    assert (standing.reason, standing.get_priority_display()) == ("late_claim", "Basse")
    assert standing.summary == (
        f"Délai promis dépassé, sans message du client. Dossier {late.number} (débité, non reçu), en traitement."
    )
    assert standing.card["known"] == {"amount_fcfa": 20_000, "easytransfert_id": "EFB.31570264"}
    assert standing.card["amount_fcfa"] == 20_000
    conversation = Conversation.objects.get()
    assert conversation.owner == Owner.QUEUE
    assert conversation.messages.exclude(author="customer").count() == 0


@pytest.mark.parametrize(
    ("hours", "kind", "status"),
    [
        (47, "debited_not_received", "processing"),
        (49, "debited_not_received", "waiting_customer"),
        (49, "debited_not_received", "resolved"),
        (49, "wrong_recipient", "processing"),  # its own promise is longer
    ],
)
def test_a_claim_that_is_not_late_calls_nobody(hours: float, kind: str, status: str) -> None:
    claim(hours, kind, status)
    assert overdue.call_people() == 0
    assert not Escalation.objects.exists()


def test_a_wrong_recipient_is_late_after_its_own_time() -> None:
    claim(265, "wrong_recipient")
    assert overdue.call_people() == 1


def test_a_person_who_is_at_it_already_is_not_called_again() -> None:
    late = claim(49)
    with db.write():
        escalate.open_locked(late.conversation, "anger", "high", "en colère")
    assert overdue.call_people() == 1
    assert Escalation.objects.get().reason == "anger"
    assert ClaimEvent.objects.get().name == overdue.OVERDUE


def test_who_then_writes_in_anger_moves_up_the_queue() -> None:
    late = claim(49, kind="debited_not_received")
    let_quiet_pass(late.conversation)
    turns.run(late.conversation_id)
    overdue.call_people()
    write("vous êtes des voleurs, rendez mon argent", Channel.WHATSAPP, late.conversation.identity.value)
    let_quiet_pass(late.conversation)
    turns.run(late.conversation_id)
    standing = Escalation.objects.get()
    assert (standing.reason, standing.get_priority_display()) == ("anger", "Haute")
