"""The words of an invented conversation, in order of time; what would come after now is not said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from support.demo_desk import draws
from support.demo_desk.rows import Stage
from support.demo_desk.story import Story
from support.models import Author, Channel, Conversation, Delivery, Message, TurnTrace

MARK = "demo-"  # how the external id of every WhatsApp message of a demonstration begins
ASKED_TWICE = 0.012  # share of asks for something already given: what the promises board must find


@dataclass(slots=True)
class Talk:
    """The growing transcript of ``conversation``. ``given`` maps slot → the message that brought it."""

    stage: Stage
    story: Story
    conversation: Conversation
    values: dict[str, str]
    messages: list[Message] = field(default_factory=list)
    given: dict[str, Message] = field(default_factory=dict)

    def says(self, author: Author, text: str, at: datetime, agent: User | None = None) -> Message | None:
        """One message; None when it would be said after now."""
        if at > self.stage.now:
            return None
        message = Message(
            id=draws.identity(self.stage.rng, at),
            conversation=self.conversation,
            seq=0,
            author=author,
            agent=agent,
            text=draws.fill_in(text, self.values),
            at=at,
            transport=self.conversation.channel,
            delivery=self._delivery(author),
        )
        if message.delivery == Delivery.FAILED:
            message.error_code = self.stage.rng.choice(draws.facts()["failures"])
        self.messages.append(message)
        return message

    def _delivery(self, author: Author) -> Delivery:
        if author == Author.CUSTOMER:
            return Delivery.RECEIVED
        if self.conversation.channel == Channel.WEB:
            return Delivery.SENT
        return self.stage.rng.choices([Delivery.READ, Delivery.DELIVERED, Delivery.FAILED], [80, 19, 1])[0]


def open_with_the_assistant(talk: Talk) -> datetime:
    """The customer's question or trouble and what the assistant collects of it; returns when its last reply stood."""
    at = talk.story.at
    talk.says(Author.CUSTOMER, talk.story.opening, at)
    if not talk.story.kind:
        return _questions(talk, at)
    for slot in draws.facts()["kinds"][talk.story.kind]["slots"]:
        at = _ask(talk, slot, at)
        at += draws.skewed(talk.stage.rng, 1.4)
        if message := talk.says(Author.CUSTOMER, talk.stage.rng.choice(draws.facts()["gives"][slot]), at):
            talk.given.setdefault(slot, message)
    return _reply(talk, draws.facts()["people"]["filed"], at, ["claim.filed"])


def number(talk: Talk) -> None:
    """Give every message its place, once all are said."""
    talk.messages.sort(key=lambda message: message.at)
    for place, message in enumerate(talk.messages, start=1):
        message.seq = place
        message.external_id = f"{MARK}{talk.story.index}-{place}" if message.transport == Channel.WHATSAPP else None
    _settle(talk.conversation, talk.messages)


def _settle(conversation: Conversation, messages: Sequence[Message]) -> None:
    inbound = [message for message in messages if message.author == Author.CUSTOMER]
    conversation.next_seq = len(messages) + 1
    conversation.inbound_seq = conversation.handled_seq = inbound[-1].seq
    conversation.customer_read_seq = len(messages)
    conversation.inbound_at = inbound[-1].at
    conversation.window_from = inbound[-1].at if conversation.channel == Channel.WHATSAPP else None


def _questions(talk: Talk, at: datetime) -> datetime:
    told = draws.facts()["questions"]
    at = _reply(talk, talk.stage.rng.choice(told["answers"]), at, ["answer.knowledge"])
    if talk.stage.rng.random() < 0.6:
        at += draws.skewed(talk.stage.rng, 2)
        talk.says(Author.CUSTOMER, talk.stage.rng.choice(told["followups"]), at)
        at = _reply(talk, "Avec plaisir.", at, ["goodbye"])
    return at


def _ask(talk: Talk, slot: str, at: datetime) -> datetime:
    rng = talk.stage.rng
    asked = rng.choice(list(talk.given)) if talk.given and rng.random() < ASKED_TWICE else slot
    return _reply(talk, draws.facts()["asks"][asked], at, [f"ask.{asked}"])


def _reply(talk: Talk, text: str, at: datetime, acts: list[str]) -> datetime:
    """The assistant's, seconds after the customer's; with its trace."""
    rng = talk.stage.rng
    at += timedelta(seconds=rng.lognormvariate(0.9, 0.5) + (2 if talk.conversation.channel == Channel.WHATSAPP else 0))
    if reply := talk.says(Author.BOT, text, at):
        talk.stage.rows.traces.append(
            TurnTrace(
                conversation=talk.conversation,
                first_seq=len(talk.messages) - 1,
                last_seq=len(talk.messages) - 1,
                reply_seq=len(talk.messages),
                intents=[{"name": talk.story.kind or "question", "confidence": round(rng.uniform(0.6, 0.99), 2)}],
                acts=acts,
                tier="template",
                verdict="passed",
                milliseconds=round(rng.lognormvariate(4, 0.5), 1),
                at=reply.at,
            )
        )
    return at
