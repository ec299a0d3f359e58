"""The transcripts of tests/conversations through the whole journey, on their channels: stored, answered, delivered."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from support import clock, deliver, escalate, house_words, receive, turns
from support.models import Attempt, Author, Channel, Claim, ClaimEvent, Conversation, Escalation, Message
from tests.conversations.expectations import Outcome, failure
from tests.conversations.script import Conversation as Transcript
from tests.conversations.script import Duty, Expect, Person, Says, Waits, conversations
from tests.support.journeys import BRAND, let_quiet_pass
from tests.support.whatsapp.twilio_stand_in import TwilioStandIn

pytestmark = pytest.mark.django_db(transaction=True)
RUNS = [(one, Channel(channel)) for one in conversations() for channel in one.channels]


class Journey:
    """One customer's conversation with the whole house, on a clock the transcript moves."""

    def __init__(self, channel: Channel, twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
        self.channel, self.twilio, self.monkeypatch = channel, twilio, monkeypatch
        self.agent = User.objects.create_user("awa")
        self.passed = timedelta()
        self.address = "+2250700000001" if channel == Channel.WHATSAPP else "visitor:1"
        monkeypatch.setattr(clock, "now", self.now)

    def now(self) -> datetime:
        return timezone.now() + self.passed

    @property
    def conversation(self) -> Conversation:
        return Conversation.objects.get()

    def take(self, step: Says | Person | Duty) -> Outcome:
        """Let a step happen, and all that follows from it; returns what the customer sees of it."""
        before = Message.objects.count(), ClaimEvent.objects.count(), Escalation.objects.count(), self.delivered()
        match step:
            case Says():
                self.customer(step)
            case Duty():
                self.monkeypatch.setattr(house_words, "on_duty", lambda brand, now: step.on)
            case Person("take over"):
                escalate.take(self.conversation.id, self.agent)
            case Person("hand back"):
                escalate.hand_back(self.conversation.id, self.agent)
            case Person():
                escalate.reply(self.conversation.id, self.agent, step.text, uuid.uuid4())
                deliver.run(self.conversation.id)
        return self.outcome(*before)

    def customer(self, step: Says) -> None:
        for message in step.messages:
            known = {"external_id": f"SM{uuid.uuid4().hex}"} if self.channel == Channel.WHATSAPP else {}
            receive.receive(
                receive.Inbound(
                    BRAND, self.channel, self.address, message.text, kind=message.kind, client_id=uuid.uuid4(), **known
                )
            )
        let_quiet_pass(self.conversation)
        turns.run(self.conversation.id)
        deliver.run(self.conversation.id)

    def delivered(self) -> int:
        """How many bubbles have reached the customer's side."""
        if self.channel == Channel.WHATSAPP:
            return len(self.twilio.messages)
        return Message.objects.filter(author__in=[Author.BOT, Author.SYSTEM]).count()

    def outcome(self, messages: int, events: int, escalations: int, delivered: int) -> Outcome:
        bot = list(Message.objects.filter(author=Author.BOT).order_by("seq"))
        reply = "\n".join(message.text for message in bot if message.seq > messages)
        if reply and self.channel == Channel.WHATSAPP:
            carried = [each["body"] for each in reversed(self.twilio.messages[: len(self.twilio.messages) - delivered])]
            assert "\n".join(carried) == reply, "what is stored is what was sent"
        recent = list(ClaimEvent.objects.order_by("id")[events:])
        return Outcome(
            reply=reply,
            filed=[values(event.claim.slots) for event in recent if event.name == "filed"],
            changed=[values(event.details["after"]) for event in recent if event.name == "corrected"],
            claims=Claim.objects.count(),
            handoffs=[each.reason for each in Escalation.objects.order_by("id")[escalations:]],
            sees=frozenset(),
        )


def values(slots: dict[str, dict[str, object]]) -> dict[str, str | int]:
    """Slot → value."""
    return {name: slot["value"] for name, slot in slots.items()}  # type: ignore[misc]


@pytest.fixture
def twilio(settings) -> Iterator[TwilioStandIn]:  # type: ignore[no-untyped-def]
    with TwilioStandIn() as server:
        settings.TWILIO_API_BASE = server.url
        yield server


@pytest.mark.parametrize(("transcript", "channel"), RUNS, ids=[f"{one.name}-{channel}" for one, channel in RUNS])
def test_it_holds_from_end_to_end(
    transcript: Transcript, channel: Channel, twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey, outcome, failures = Journey(channel, twilio, monkeypatch), Outcome(), []
    for step in transcript.steps:
        match step:
            case Expect():
                failures.append(failure(step, outcome))
            case Waits():
                journey.passed += step.time
            case _:
                outcome = journey.take(step)  # type: ignore[arg-type]
    assert not (wrong := [one for one in failures if one]), "\n".join(wrong)
    assert not Attempt.objects.filter(state="unknown").exists()
