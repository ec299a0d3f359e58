"""The one-digit question after a resolution: put once, answered by a digit and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from support import clock, deliver, escalate, rating, satisfaction, turns
from support.models import (
    Author,
    Channel,
    Conversation,
    Customer,
    Delivery,
    Identity,
    Message,
    Notice,
    Owner,
    Satisfaction,
)
from tests.support.journeys import BRAND, let_quiet_pass, rings, write
from tests.support.promises.conftest import Clock, answered, called

pytestmark = pytest.mark.django_db(transaction=True)
Staff = Callable[..., User]
WEB = "visitor:1"


@pytest.fixture
def awa(staff: Staff) -> User:
    return staff("awa")


def resolved(agent: User, channel: Channel = Channel.WEB) -> Conversation:
    case = called(WEB if channel == Channel.WEB else "+2250700000001", channel=channel)
    conversation = answered(case, agent)
    let_quiet_pass(conversation)
    turns.run(conversation.id)  # the assistant listens while the agent helps
    escalate.close(conversation.id, agent)
    conversation.refresh_from_db()
    return conversation


def questions() -> list[Message]:
    return list(Message.objects.filter(author=Author.SYSTEM, template=""))


def says(text: str, channel: Channel = Channel.WEB) -> list[Message]:
    """The customer writes and the assistant takes its turn, if there is one to take; what was said since."""
    message = write(text, channel, WEB if channel == Channel.WEB else "+2250700000001")
    let_quiet_pass(message.conversation)
    turns.run(message.conversation_id)
    return list(message.conversation.messages.filter(seq__gt=message.seq))


def test_after_a_resolution_the_customer_is_asked_once(awa: User, now: Clock) -> None:
    resolved(awa)
    [question] = questions()
    assert question.text.startswith("Sur une échelle de 1") and [one["value"] for one in question.choices] == list(
        "12345"
    )
    now.passes(days=6)
    resolved(awa)
    assert len(questions()) == 1
    now.passes(days=2)
    resolved(awa)
    assert len(questions()) == 2


@pytest.mark.parametrize("why", ["no reply of a person", "handed back", "STOP", "window closing"])
def test_it_is_not_asked_where_it_should_not_be(why: str, awa: User, now: Clock) -> None:
    case = called()
    escalate.take(case.conversation_id, awa)
    if why != "no reply of a person":
        answered(case, awa)
    if why == "STOP":
        Identity.objects.update(opted_out_at=clock.now())
    if why == "window closing":
        now.passes(hours=23, minutes=55)
    (escalate.hand_back if why == "handed back" else escalate.close)(case.conversation_id, awa)
    assert questions() == []


def test_on_whatsapp_it_is_sent_with_no_buttons(awa: User) -> None:
    conversation = resolved(awa, Channel.WHATSAPP)
    [question] = questions()
    assert (question.choices, question.delivery) == ([], Delivery.QUEUED)
    assert ("support.tasks.send_replies", str(conversation.id)) in rings("delivery")


@pytest.mark.parametrize("stop", [True, False], ids=["STOP came", "the window closed"])
def test_one_still_in_the_outbox_is_dropped_when_it_must_not_leave(stop: bool, awa: User, now: Clock) -> None:
    conversation = resolved(awa, Channel.WHATSAPP)
    conversation.messages.exclude(author=Author.SYSTEM).update(delivery=Delivery.SENT)
    if stop:
        Identity.objects.update(opted_out_at=clock.now())
    else:
        now.passes(hours=25)
    deliver.run(conversation.id)
    assert [question.delivery for question in questions()] == [Delivery.CANCELLED]
    assert not conversation.messages.filter(template="reopen").exists()


@pytest.mark.parametrize("channel", [Channel.WEB, Channel.WHATSAPP])
def test_a_digit_is_the_score_and_wakes_nobody(channel: Channel, awa: User) -> None:
    conversation = resolved(awa, channel)
    said = says(" 4 ", channel)
    assert [(one.author, one.text) for one in said] == [(Author.SYSTEM, "Merci pour votre note, et à bientôt.")]
    row = Satisfaction.objects.get()
    assert (row.score, row.agent) == (4, awa)
    conversation.refresh_from_db()
    assert (conversation.owner, conversation.waiting_since) == (Owner.NOBODY, None)
    assert says("4", channel)[0].author == Author.BOT, "a second digit is a message like any other"
    assert Satisfaction.objects.get().score == 4


@pytest.mark.parametrize("text", ["5/5", "5 merci", "⭐⭐⭐⭐⭐", "cinq.", "5"])
def test_the_brand_says_what_is_a_score(text: str) -> None:
    assert satisfaction.score_of(BRAND, text) == 5


@pytest.mark.parametrize("text", ["merci beaucoup", "0", "6", "45", "4 mais je n'ai rien reçu", "non 4"])
def test_anything_else_is_a_turn_as_ever_and_withdraws_the_question(text: str, awa: User) -> None:
    conversation = resolved(awa)
    assert says(text)[0].author == Author.BOT
    says("4")
    assert Satisfaction.objects.get().score is None
    conversation.refresh_from_db()
    assert conversation.owner != Owner.NOBODY


def test_a_digit_without_a_question_is_a_turn_as_ever(db: None) -> None:
    assert says("4")[0].author == Author.BOT


def test_what_was_written_before_the_question_is_answered_first(awa: User) -> None:
    case = called(WEB, channel=Channel.WEB)
    answered(case, awa)
    write("encore une chose", Channel.WEB, WEB)  # nobody has read it yet
    escalate.close(case.conversation_id, awa)
    says("4")
    conversation = Conversation.objects.get()
    assert Satisfaction.objects.get().score is None
    assert conversation.handled_seq == conversation.inbound_seq


def test_supervisors_hear_of_a_low_score(awa: User, staff: Staff) -> None:
    staff("chef", "supervisor")
    conversation = resolved(awa)
    [sorry] = says("2")
    assert sorry.text.startswith("Merci de nous l'avoir dit.")
    [notice] = Notice.objects.all()
    assert (notice.user.username, notice.kind, notice.conversation_id) == ("chef", "low_score", conversation.id)
    assert notice.text == "Note de 2 sur 5 après l'aide de awa."
    assert [row.score for row in satisfaction.low_scores(BRAND)] == [2]


def test_the_widget_may_rate_the_last_resolution_once(awa: User) -> None:
    conversation = resolved(awa)
    assert rating.rate(conversation.id, 5, "super, mon code est 4821")
    row = Satisfaction.objects.get()
    assert row.score == 5 and row.comment.startswith("super") and "4821" not in row.comment
    assert not rating.rate(conversation.id, 1)
    assert Satisfaction.objects.get().score == 5


def test_there_is_nothing_to_rate_without_a_persons_help(db: None) -> None:
    assert not rating.rate(write("bonjour", Channel.WEB, WEB).conversation_id, 5)


def test_a_customer_with_two_addresses_is_asked_once(awa: User, now: Clock) -> None:
    resolved(awa)
    other = called()
    Conversation.objects.filter(id=other.conversation_id).update(customer=Customer.objects.earliest("created_at"))
    answered(other, awa)
    escalate.close(other.conversation_id, awa)
    assert len(questions()) == 1
