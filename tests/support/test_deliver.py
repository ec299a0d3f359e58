"""The way out: in order, once, inside the window, and honest about what is in doubt. Real client, loopback provider."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone

from support import clock, deliver, doorbell, escalate, redis_client, tasks, turns
from support.delivery import plan
from support.models import Attempt, Author, Channel, Conversation, Delivery, Identity, Message, Owner
from tests.support.journeys import NUMBER, let_quiet_pass, rings, write
from tests.support.test_receive import in_parallel
from tests.support.whatsapp import twilio_stand_in as stand_in
from tests.support.whatsapp.twilio_stand_in import TwilioStandIn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def twilio(settings) -> Iterator[TwilioStandIn]:
    """A provider that takes everything, until told otherwise."""
    with TwilioStandIn() as server:
        settings.TWILIO_API_BASE = server.url
        settings.TWILIO_TIMEOUT_SECONDS = 10.0
        yield server


def outgoing(*texts: str, author: str = Author.BOT) -> Conversation:
    """A conversation whose customer just wrote, with ``texts`` waiting in the outbox."""
    conversation = write("bonjour").conversation
    Conversation.objects.update(handled_seq=F("inbound_seq"), waiting_since=None)
    for text in texts:
        seq = conversation.next_seq
        Message.objects.create(
            conversation=conversation, seq=seq, author=author, text=text, at=clock.now(),
            transport=Channel.WHATSAPP, delivery=Delivery.QUEUED,
        )  # fmt: skip
        conversation.next_seq = seq + 1
    conversation.save()
    return conversation


def states(conversation: Conversation) -> list[str]:
    return list(
        conversation.messages.exclude(author=Author.CUSTOMER).order_by("seq").values_list("delivery", flat=True)
    )


def bodies(twilio: TwilioStandIn) -> list[str]:
    """What the provider took, oldest first."""
    return [message["body"] for message in reversed(twilio.messages)]


def make_attempts_old(seconds: float = 3600) -> None:
    Attempt.objects.update(started_at=F("started_at") - timedelta(seconds=seconds))
    Attempt.objects.filter(settled_at__isnull=False).update(settled_at=F("settled_at") - timedelta(seconds=seconds))


def test_replies_leave_in_order_and_once(twilio: TwilioStandIn) -> None:
    conversation = outgoing("un", "deux", "trois")
    assert deliver.run(conversation.id) == 3
    assert deliver.run(conversation.id) == 0
    assert bodies(twilio) == ["un", "deux", "trois"]
    assert states(conversation) == [Delivery.SENT] * 3
    assert twilio.seen[0].fields["To"] == f"whatsapp:{NUMBER}"


def test_ten_workers_at_once_send_each_reply_once(twilio: TwilioStandIn) -> None:
    conversation = outgoing(*"abcdef")
    in_parallel(10, lambda _: deliver.run(conversation.id))
    deliver.run(conversation.id)
    assert bodies(twilio) == list("abcdef")


def test_a_long_reply_leaves_in_parts_in_order(twilio: TwilioStandIn) -> None:
    text = "Une phrase de plus. " * 300
    conversation = outgoing(text.strip())
    deliver.run(conversation.id)
    assert len(bodies(twilio)) > 3
    assert all(len(body) <= 1600 for body in bodies(twilio))
    assert " ".join(bodies(twilio)) == text.strip()
    assert states(conversation) == [Delivery.SENT]


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "read"])), ids="-".join)
def test_news_in_any_order_ends_in_read(twilio: TwilioStandIn, order: tuple[str, ...]) -> None:
    conversation = outgoing("un")
    deliver.run(conversation.id)
    attempt = Attempt.objects.get()
    for status in (*order, *order):
        assert deliver.on_status(attempt.id, attempt.external_id, status, "")
    assert states(conversation) == [Delivery.READ]


def test_news_that_comes_before_the_send_call_returns_is_kept(twilio: TwilioStandIn) -> None:
    def report_first(server: TwilioStandIn, handler: object, seen: stand_in.Seen) -> None:
        taken = server.take(seen)
        attempt_id = uuid.UUID(seen.fields["StatusCallback"].split("attempt=")[1])
        assert in_parallel(1, lambda _: deliver.on_status(attempt_id, taken["sid"], "delivered", "")) == [True]
        handler.answer(201, taken)  # type: ignore[attr-defined]

    twilio.will(report_first)
    conversation = outgoing("un")
    deliver.run(conversation.id)
    assert states(conversation) == [Delivery.DELIVERED]


def test_news_about_somebody_elses_message_is_no_news(twilio: TwilioStandIn) -> None:
    assert not deliver.on_status(uuid.uuid4(), "SM0", "delivered", "")
    assert not deliver.on_status(None, "SM0", "delivered", "")
    assert not deliver.on_status(None, "SM0", "teleported", "")


@pytest.mark.parametrize("answer", [stand_in.refuse(20429, 429), stand_in.refuse(63018, 429)])
def test_a_passing_refusal_is_tried_again_later_and_order_is_kept(
    twilio: TwilioStandIn, answer: stand_in.Answer
) -> None:
    twilio.will(answer)
    conversation = outgoing("un", "deux")
    assert deliver.run(conversation.id) == 0
    assert states(conversation) == [Delivery.QUEUED] * 2
    make_attempts_old()
    deliver.run(conversation.id)
    assert bodies(twilio) == ["un", "deux"]
    assert states(conversation) == [Delivery.SENT] * 2


def test_a_final_refusal_fails_the_message_and_lets_the_next_pass(twilio: TwilioStandIn) -> None:
    twilio.will(stand_in.refuse(21211))
    conversation = outgoing("un", "deux")
    deliver.run(conversation.id)
    assert states(conversation) == [Delivery.FAILED, Delivery.SENT]
    assert Message.objects.get(delivery=Delivery.FAILED).error_code == "21211"


def test_an_opt_out_is_final_and_remembered(twilio: TwilioStandIn) -> None:
    twilio.will(stand_in.refuse(21610))
    conversation = outgoing("un")
    deliver.run(conversation.id)
    assert states(conversation) == [Delivery.FAILED]
    assert Identity.objects.get().opted_out_at is not None


def test_it_gives_up_after_its_last_try(twilio: TwilioStandIn) -> None:
    conversation = outgoing("un")
    for _ in range(len(plan.RETRY_SECONDS) + 1):
        twilio.will(stand_in.refuse(20429, 429))
        deliver.run(conversation.id)
        make_attempts_old()
    assert states(conversation) == [Delivery.FAILED]
    deliver.run(conversation.id)
    assert bodies(twilio) == []


@pytest.mark.parametrize("lost", [stand_in.take_and_cut, stand_in.hang, stand_in.take_and_garble])
def test_a_send_in_doubt_that_the_provider_has_is_adopted(
    twilio: TwilioStandIn, settings: Any, lost: stand_in.Answer
) -> None:
    twilio.will(lost)
    conversation = outgoing("un", "deux")
    settings.TWILIO_TIMEOUT_SECONDS = 0.5 if lost is stand_in.hang else 10.0
    assert deliver.run(conversation.id) == 0
    settings.TWILIO_TIMEOUT_SECONDS = 10.0
    assert states(conversation) == [Delivery.UNKNOWN, Delivery.QUEUED]
    make_attempts_old(plan.DOUBT_SECONDS)
    Attempt.objects.update(started_at=F("started_at") + timedelta(seconds=1))
    deliver.run(conversation.id)
    assert bodies(twilio) == ["un"], "too early to ask: nothing is sent, and nothing overtakes"
    Attempt.objects.update(started_at=F("started_at") - timedelta(seconds=2))
    deliver.run(conversation.id)
    assert bodies(twilio) == ["un", "deux"]
    assert states(conversation) == [Delivery.SENT] * 2


def test_a_send_in_doubt_that_the_provider_never_got_is_sent_again(twilio: TwilioStandIn) -> None:
    twilio.will(stand_in.cut)
    conversation = outgoing("un")
    deliver.run(conversation.id)
    assert states(conversation) == [Delivery.UNKNOWN]
    make_attempts_old()
    deliver.run(conversation.id)
    make_attempts_old()
    deliver.run(conversation.id)
    assert bodies(twilio) == ["un"]
    assert states(conversation) == [Delivery.SENT]


def test_a_worker_killed_between_recording_and_sending_leaves_doubt_not_a_second_send(twilio: TwilioStandIn) -> None:
    conversation = outgoing("un")
    message = conversation.messages.get(author=Author.BOT)
    Attempt.objects.create(message=message, part=0, number=1, started_at=timezone.now())
    Message.objects.filter(id=message.id).update(delivery=Delivery.SENDING)
    deliver.run(conversation.id)
    assert states(conversation) == [Delivery.UNKNOWN]
    assert bodies(twilio) == []


def test_the_provider_away_leaves_the_doubt_standing(twilio: TwilioStandIn) -> None:
    twilio.will(stand_in.take_and_cut, stand_in.refuse(20500, 503))
    conversation = outgoing("un", "deux")
    deliver.run(conversation.id)
    make_attempts_old()
    deliver.run(conversation.id)
    assert states(conversation) == [Delivery.UNKNOWN, Delivery.QUEUED]
    assert bodies(twilio) == ["un"]


@pytest.mark.parametrize(("seconds", "state"), [(-1, Delivery.SENT), (0, Delivery.HELD), (1, Delivery.HELD)])
def test_the_window_closes_at_24_hours_to_the_second(
    twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch, seconds: int, state: Delivery
) -> None:
    conversation = outgoing("un")
    opened = Conversation.objects.get().window_from
    assert opened is not None
    monkeypatch.setattr(clock, "now", lambda: opened + timedelta(hours=24, seconds=seconds))
    deliver.run(conversation.id)
    assert states(conversation)[0] == state
    free_form = [seen for seen in twilio.seen if "Body" in seen.fields]
    assert len(free_form) == (state == Delivery.SENT)


def test_a_held_reply_asks_once_by_template_and_leaves_when_the_customer_writes(
    twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = outgoing("un", "deux")
    real_now = clock.now
    monkeypatch.setattr(clock, "now", lambda: real_now() + timedelta(hours=25))
    deliver.run(conversation.id)
    assert states(conversation) == [Delivery.HELD, Delivery.HELD, Delivery.SENT]
    assert [seen.fields.get("ContentSid", "")[:2] for seen in twilio.seen] == ["HX"]
    write("oui je suis là")
    deliver.run(conversation.id)
    assert states(conversation) == [Delivery.SENT] * 3
    assert bodies(twilio)[-2:] == ["un", "deux"]


def test_the_providers_word_that_the_window_is_closed_holds_the_reply_too(twilio: TwilioStandIn) -> None:
    twilio.will(stand_in.refuse(63016))
    conversation = outgoing("un")
    deliver.run(conversation.id)
    assert states(conversation)[0] == Delivery.HELD
    make_attempts_old()
    write("me revoilà")
    deliver.run(conversation.id)
    assert states(conversation)[0] == Delivery.SENT


def test_a_later_report_that_the_window_was_closed_holds_the_reply_and_asks(twilio: TwilioStandIn) -> None:
    conversation = outgoing("un")
    deliver.run(conversation.id)
    attempt = Attempt.objects.get()
    deliver.on_status(attempt.id, attempt.external_id, "failed", "63016")
    deliver.run(conversation.id)
    assert states(conversation) == [Delivery.HELD, Delivery.SENT]
    assert twilio.seen[-1].fields["ContentSid"].startswith("HX")


def test_after_stop_no_template_goes_out(twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = outgoing("un")
    Identity.objects.update(opted_out_at=timezone.now())
    real_now = clock.now
    monkeypatch.setattr(clock, "now", lambda: real_now() + timedelta(hours=25))
    deliver.run(conversation.id)
    assert states(conversation) == [Delivery.HELD, Delivery.CANCELLED]
    assert twilio.seen == []


def test_a_reply_still_in_the_outbox_when_a_person_takes_over_is_not_sent(twilio: TwilioStandIn) -> None:
    awa = User.objects.create_user("awa")
    conversation = outgoing("du robot")
    escalate.take(conversation.id, awa)
    escalate.reply(conversation.id, awa, "d'une personne", uuid.uuid4())
    deliver.run(conversation.id)
    assert bodies(twilio) == ["d'une personne"]
    assert states(conversation) == [Delivery.CANCELLED, Delivery.SENT]


def test_ownership_is_looked_at_again_at_the_instant_of_sending(twilio: TwilioStandIn) -> None:
    awa = User.objects.create_user("awa")
    conversation = outgoing("du robot")
    Conversation.objects.update(owner=Owner.AGENT, agent=awa)  # taken over by a path that cancelled nothing
    deliver.run(conversation.id)
    assert bodies(twilio) == []


def test_the_sweeper_finds_what_no_doorbell_rang_for(twilio: TwilioStandIn) -> None:
    conversation = outgoing("un")
    unanswered = write("et ça ?", address="+2250700000002").conversation
    old = timezone.now() - timedelta(minutes=1)
    Message.objects.update(stored_at=old)
    Conversation.objects.filter(id=unanswered.id).update(waiting_since=old)
    redis_client.connection().flushall()
    tasks.sweep()
    tasks.sweep()
    assert rings("delivery") == [(doorbell.SEND_REPLIES, str(conversation.id))]
    assert rings("turns") == [(doorbell.TAKE_TURN, str(unanswered.id))]


def test_a_whole_whatsapp_turn_reaches_the_provider(twilio: TwilioStandIn) -> None:
    conversation = write("bonjour").conversation
    let_quiet_pass(conversation)
    turns.run(conversation.id)
    deliver.run(conversation.id)
    assert len(bodies(twilio)) == 1
    assert states(conversation) == [Delivery.SENT]
