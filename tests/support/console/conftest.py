"""Staff, and customers who wait for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from chatbot.types import HandoffReason
from chatbot.types import Priority as PriorityName
from support import db, escalate
from support.console.roles import sync_roles
from support.models import Channel, Conversation
from tests.support.journeys import write

Waiting = Callable[..., Conversation]


@pytest.fixture
def staff(transactional_db: None) -> Callable[..., User]:
    """Makes a member of staff in a role."""
    sync_roles()

    def make(name: str, role: str = "agent", *, is_staff: bool = True) -> User:
        user = User.objects.create_user(name, first_name=name.title(), is_staff=is_staff)
        if role:
            user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def awa(staff: Callable[..., User]) -> User:
    return staff("awa")


@pytest.fixture
def koffi(staff: Callable[..., User]) -> User:
    return staff("koffi")


@pytest.fixture
def waiting(transactional_db: None) -> Waiting:
    """A customer who wrote and waits for a person."""

    def make(
        text: str = "je veux parler à quelqu'un",
        address: str = "+2250700000001",
        channel: Channel = Channel.WHATSAPP,
        reason: HandoffReason = "human_request",
        priority: PriorityName = "normal",
        **more: object,
    ) -> Conversation:
        conversation = write(text, channel, address, **more).conversation
        with db.write():
            escalate.open_locked(conversation, reason, priority, "résumé")
        return Conversation.objects.get(id=conversation.id)

    return make


@pytest.fixture
def browser_of() -> Callable[[User | None], Client]:
    """A signed-in browser that, like a real one, needs the CSRF token."""

    def make(user: User | None) -> Client:
        client = Client()
        if user:
            client.force_login(user)
        return client

    return make
