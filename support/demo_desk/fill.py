"""Stores an invented month in one transaction. Refused where customers may be real, and where anybody wrote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F, Min, OuterRef, Subquery

from support import clock, db, demo
from support.demo_desk import draws, lessons, phones, rules
from support.demo_desk.claims import file, leave_to_agents
from support.demo_desk.people import call
from support.demo_desk.rows import Rows, Stage
from support.demo_desk.story import Story, stories
from support.demo_desk.talk import Talk, number, open_with_the_assistant
from support.models import (
    Availability,
    Channel,
    Claim,
    ClaimEvent,
    Conversation,
    Customer,
    Escalation,
    Identity,
    Label,
    Message,
    Note,
    Satisfaction,
    Stint,
    TeamMember,
    TurnTrace,
)
from support.privacy import audit
from support.privacy.fields import blind_index

BATCH = 500


class NotEmpty(Exception):
    """Conversations exist: an invented history beside them would blur what is real."""


def fill(count: int, *, seed: int = 1, now: datetime | None = None) -> Rows:
    """Store ``count`` conversations. Raises demo.NotADemo on a server, NotEmpty where there are conversations."""
    if not demo.allowed():
        raise demo.NotADemo("A demonstration exists only embedded (no DATABASE_URL) or with DEBUG=1.")
    if Conversation.objects.exists():
        raise NotEmpty("There are conversations already: the history was left as it is.")
    agents = {user.username: user for user in User.objects.filter(username__in=demo.STAFF)}
    rng = Random(seed)
    stage = Stage(now or clock.now().replace(microsecond=0), rng, settings.BRAND, agents)
    for story in stories(count, rng, stage.now):
        _tell(stage, story)
    with db.write():
        rules.make(stage)
        _store(stage.rows)
        phones.ring(stage)
        _staff(stage)
        _labels(stage)
        lessons.propose(stage)
        audit.record(None, "demo_seed", "demo", {"conversations": count, "seed": seed})
    return stage.rows


def _tell(stage: Stage, story: Story) -> None:
    stints, events = len(stage.rows.stints), len(stage.rows.claim_events)
    talk = Talk(stage, story, _conversation(stage, story), _values(stage, story))
    at = open_with_the_assistant(talk)
    claim = file(talk, at) if story.kind else None
    if story.reason:
        call(talk, max(at + timedelta(seconds=5), story.at) if not story.stays_open else _called(talk), claim)
    leave_to_agents(talk, stage.rows.stints[stints:], stage.rows.claim_events[events:])
    number(talk)
    stage.rows.messages.extend(talk.messages)


def _called(talk: Talk) -> datetime:
    """A case of now was called for by its last word so far, whatever the draws would still have said."""
    return talk.messages[-1].at + timedelta(seconds=1)


def _conversation(stage: Stage, story: Story) -> Conversation:
    customer = Customer(id=draws.identity(stage.rng, story.at), brand=stage.brand)
    if stage.rng.random() < 0.6:
        customer.display_name = stage.rng.choice(draws.facts()["names"])
    whatsapp = story.channel == Channel.WHATSAPP
    value = f"+2250700{100_000 + story.index:06d}" if whatsapp else f"demo-visitor-{story.index}"
    index = blind_index(f"{stage.brand}:{story.channel}", value)
    identity = Identity(customer=customer, brand=stage.brand, channel=story.channel, value=value, value_index=index)
    conversation = Conversation(
        id=draws.identity(stage.rng, story.at), customer=customer, brand=stage.brand, channel=story.channel
    )
    stage.rows.customers.append(customer)
    stage.rows.identities.append(identity)
    stage.rows.conversations.append(conversation)
    return conversation


def _values(stage: Stage, story: Story) -> dict[str, str]:
    rng = stage.rng
    return {
        "amount": str(story.amount or draws.amount(rng)),
        "reference": f"EFB.{rng.randrange(10_000_000, 99_999_999)}",
        "from": story.from_operator or "Orange",
        "to": story.to_operator or "Wave",
        "tx": f"MP{rng.randrange(200101, 261231)}.{rng.randrange(1000, 9999)}.A{rng.randrange(10_000, 99_999)}",
        "agent": "{agent}",
    }


def _store(rows: Rows) -> None:
    _bulk(Customer, rows.customers)
    stored = _bulk(Identity, rows.identities)
    for conversation, identity in zip(rows.conversations, stored, strict=True):
        conversation.identity = identity
    _bulk(Conversation, rows.conversations)
    for model, some in (
        (Message, rows.messages), (Claim, rows.claims), (ClaimEvent, rows.claim_events),
        (Escalation, rows.escalations), (Stint, rows.stints), (Satisfaction, rows.satisfactions),
        (TurnTrace, rows.traces), (Note, rows.notes),
    ):  # fmt: skip
        _bulk(model, some)
    _date_back()


def _bulk(model: Any, rows: Sequence[Any]) -> Sequence[Any]:
    stored: Sequence[Any] = model.objects.bulk_create(rows, batch_size=BATCH)
    return stored


def _date_back() -> None:
    """What the database dates itself gets the day it is told of."""
    Message.objects.update(stored_at=F("at"))
    first = Message.objects.filter(conversation=OuterRef("pk")).order_by().values("conversation").annotate(m=Min("at"))
    Conversation.objects.update(created_at=Subquery(first.values("m")))
    met = (
        Conversation.objects.filter(customer=OuterRef("pk")).order_by().values("customer").annotate(m=Min("created_at"))
    )
    Customer.objects.filter(conversations__isnull=False).update(created_at=Subquery(met.values("m")))


def _staff(stage: Stage) -> None:
    there = {"awa": Availability.AVAILABLE, "koffi": Availability.BUSY, "aya": Availability.AVAILABLE}
    for name, availability in there.items():
        TeamMember.objects.update_or_create(
            user=stage.agents[name], defaults={"availability": availability, "seen_at": stage.now}
        )


def _labels(stage: Stage) -> None:
    for name, colour in draws.facts()["labels"]:
        label, _ = Label.objects.get_or_create(brand=stage.brand, name=name, defaults={"colour": colour})
        told = [row.conversation for row in stage.rows.escalations]
        label.conversations.add(*stage.rng.sample(told, len(told) // 8))
