"""T6: news of a delivery in any order, repeated, some of it before the send call has returned: all 42 orders."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from support import deliver
from support.models import Author, Channel, Delivery, Message
from tests.support.journeys import write
from tests.support.whatsapp.posting import STATUS, post
from tests.support.whatsapp.twilio_stand_in import Answer, TwilioStandIn

pytestmark = pytest.mark.django_db(transaction=True)
ENDS = {
    ("sent", "delivered", "read"): Delivery.READ,
    ("sent", "delivered"): Delivery.DELIVERED,
    ("sent", "undelivered"): Delivery.FAILED,
    ("queued", "failed"): Delivery.FAILED,
}
ORDERS = [
    pytest.param(order, early, end, id=f"{'-'.join(order)}, {early} early")
    for states, end in ENDS.items()
    for order in itertools.permutations(states)
    for early in range(len(states) + 1)
]


@pytest.fixture
def twilio(settings) -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as stand_in:
        settings.TWILIO_API_BASE, settings.TWILIO_TIMEOUT_SECONDS = stand_in.url, 10
        yield stand_in


def queued_reply() -> Message:
    conversation = write("bonjour").conversation
    conversation.refresh_from_db()
    reply = Message.objects.create(
        conversation=conversation,
        seq=conversation.next_seq,
        author=Author.BOT,
        text="Bonjour !",
        at=conversation.inbound_at,
        transport=Channel.WHATSAPP,
        delivery=Delivery.QUEUED,
    )
    conversation.next_seq += 1
    conversation.save(update_fields=["next_seq"])
    return reply


def tell(stand_in: TwilioStandIn, status: str) -> None:
    """The provider reports ``status`` of the one message it took, as the callback it was given says."""
    query = stand_in.seen[0].fields["StatusCallback"].partition("?")[2]
    code = {"ErrorCode": "63024"} if status in ("undelivered", "failed") else {}
    fields = {"MessageSid": stand_in.messages[0]["sid"], "MessageStatus": status, **code}
    assert post(fields, STATUS, query=query).status_code == 204


@pytest.mark.parametrize(("order", "early", "end"), ORDERS)
def test_whatever_the_order_the_same_state_stands_at_the_end(twilio, order, early, end):
    def reporting_first() -> Answer:
        def answer(server, handler, seen) -> None:
            taken = server.take(seen)
            for status in order[:early]:
                tell(server, status)
            handler.answer(201, taken)

        return answer

    twilio.will(reporting_first())
    reply = queued_reply()
    deliver.run(reply.conversation_id)
    for status in (*order[early:], *order):  # and everything once more
        tell(twilio, status)
    reply.refresh_from_db()
    assert reply.delivery == end
    (attempt,) = reply.attempts.all()
    assert (attempt.state, attempt.external_id) == (end, twilio.messages[0]["sid"])
    assert len(twilio.messages) == 1


def test_read_never_goes_back(twilio):
    reply = queued_reply()
    deliver.run(reply.conversation_id)
    for status in ("read", "sent", "delivered", "undelivered", "queued"):
        tell(twilio, status)
        reply.refresh_from_db()
        assert reply.delivery == Delivery.READ
