"""What a macro does to a case, the clock of its promises hears of: as when a person does it by hand."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User

from support import statuses
from support.console import macros
from support.models import AuditEvent, Escalation, Priority, Status
from tests.support.promises.conftest import Clock, answered, called

MOVED = ("status", "priority", "snoozed_until", "due_at", "resolve_due_at", "lease_until")


def standing(case: Escalation) -> dict[str, Any]:
    case.refresh_from_db()
    return {name: getattr(case, name) for name in MOVED if name != "lease_until"} | {"leased": bool(case.lease_until)}


def test_a_macros_status_and_priority_move_the_promise_as_the_hand_does(now: Clock, staff: Callable[..., User]) -> None:
    awa = staff("awa")
    by_hand, by_macro = called("+2250700000001"), called("+2250700000002")
    for case in (by_hand, by_macro):
        answered(case, awa)
    promised = standing(by_macro)["resolve_due_at"]

    statuses.set_status(by_hand.conversation_id, awa, Status.PENDING)
    macros.run(by_macro.conversation_id, awa, {"status": "pending"}, uuid.uuid4())
    assert standing(by_macro) == standing(by_hand)
    assert not standing(by_macro)["leased"], "what is set aside is not taken from its agent"

    now.passes(hours=3)
    statuses.set_status(by_hand.conversation_id, awa, Status.SNOOZED, now() + timedelta(hours=2))
    macros.run(by_macro.conversation_id, awa, {"status": "snoozed", "snooze_hours": 2}, uuid.uuid4())
    assert standing(by_macro) == standing(by_hand)
    rested = standing(by_macro)["resolve_due_at"]
    assert rested == promised + timedelta(hours=3), "the time that the customer took is not ours"

    statuses.set_priority(by_hand.conversation_id, awa, Priority.URGENT)
    macros.run(by_macro.conversation_id, awa, {"priority": "urgent"}, uuid.uuid4())
    assert standing(by_macro) == standing(by_hand)
    assert standing(by_macro)["resolve_due_at"] < rested, "who is urgent is not promised yesterday's delay"

    acts = {
        case: [
            row.action
            for row in AuditEvent.objects.filter(target=f"conversation:{case.conversation_id}").order_by("pk")
        ]
        for case in (by_hand, by_macro)
    }
    assert [act for act in acts[by_macro] if act != "macro"] == acts[by_hand]
    assert acts[by_hand].count("status") == 2 and acts[by_hand].count("priority") == 1
