"""A desk with people in roles, customers who wait for them, and rules in force."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from chatbot.types import HandoffCard
from support import db, escalate, team
from support.console.roles import sync_roles
from support.models import Channel, Escalation, Rule
from support.rules import writing
from tests.support.journeys import BRAND, write

NewCase = Callable[..., Escalation]
NewRule = Callable[..., Rule]


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """Awa and Koffi answer, Mariam supervises; all at their desks."""
    sync_roles()
    found = {}
    for name, role in (("awa", "agent"), ("koffi", "agent"), ("mariam", "supervisor")):
        found[name] = User.objects.create_user(name, first_name=name.title(), is_staff=True)
        found[name].groups.add(Group.objects.get(name=role))
        team.see(found[name])
    return found


@pytest.fixture
def new_case(people: dict[str, User]) -> NewCase:
    """A customer who writes and waits for a person."""
    numbers = iter(range(10, 99))

    def make(text: str = "on m'a arnaqué", reason: Any = "human_request", priority: Any = "normal", **card: Any) -> Any:
        message = write(text, Channel.WHATSAPP, f"+22507000000{next(numbers)}")
        with db.write():
            case = escalate.open_locked(message.conversation, reason, priority, "résumé", HandoffCard(**card))
        return Escalation.objects.select_related("conversation").get(id=case.id)

    return make


@pytest.fixture
def new_rule(people: dict[str, User]) -> NewRule:
    """A rule of Mariam's; in force, unless ``on`` says otherwise."""

    def make(
        conditions: Any = None, acts: Any = None, occasion: str = "opened", name: str = "Fraude", on: bool = True
    ) -> Rule:
        rule = Rule(
            brand=BRAND, name=name, occasion=occasion, conditions=conditions or {}, acts=acts or {"notice": True}
        )
        writing.save(rule, people["mariam"])
        if on:
            writing.switch_on(rule, people["mariam"], writing.version(rule))
        return rule

    return make
