"""A desk whose hours and clock the tests set."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from chatbot.types import Priority as PriorityName
from support import clock, db, escalate, recent
from support.console.roles import sync_roles
from support.models import (
    Availability,
    Channel,
    Conversation,
    DeskSettings,
    Escalation,
    Holiday,
    OpeningHours,
    TeamMember,
)
from tests.support.journeys import BRAND, write


class Clock:
    """The house's clock, in the tests' hands."""

    def __init__(self) -> None:
        self.time = timezone.now()

    def __call__(self) -> datetime:
        return self.time

    def passes(self, **units: float) -> datetime:
        self.time += timedelta(**units)
        return self.time


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Clock:
    ticking = Clock()
    monkeypatch.setattr(clock, "now", ticking)
    return ticking


@pytest.fixture
def staff(transactional_db: None) -> Callable[..., User]:
    """Makes a member of staff in a role, at their desk."""
    sync_roles()

    def make(name: str, role: str = "agent", *, here: bool = True) -> User:
        user = User.objects.create_user(name, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        availability = Availability.AVAILABLE if here else Availability.AWAY
        TeamMember.objects.create(user=user, availability=availability, seen_at=timezone.now())
        return user

    return make


@pytest.fixture
def office(transactional_db: None) -> Callable[..., None]:
    """Enters office hours, Monday to Friday from 8 to 18 h, and holidays."""

    def enter(*holidays: datetime) -> None:
        DeskSettings.objects.create(brand=BRAND, hours_here=True)
        for day in range(1, 6):
            OpeningHours.objects.create(brand=BRAND, weekday=day, opens=time(8), closes=time(18))
        for day in holidays:
            Holiday.objects.create(brand=BRAND, day=day.date(), name="Férié")
        recent.forget()

    return enter


def called(
    address: str = "+2250700000001", priority: PriorityName = "normal", channel: Channel = Channel.WHATSAPP
) -> Escalation:
    """A customer who waits for a person."""
    conversation = write("je veux parler à quelqu'un", channel, address).conversation
    with db.write():
        return escalate.open_locked(conversation, "human_request", priority, "")


def answered(case: Escalation, agent: User, text: str = "Bonjour") -> Conversation:
    """The agent takes the case and writes."""
    escalate.take(case.conversation_id, agent)
    escalate.reply(case.conversation_id, agent, text, uuid.uuid4())
    case.refresh_from_db()
    return Conversation.objects.get(id=case.conversation_id)
