"""The invented month: the same each time, true to the rules of the house, and only where nothing is real."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db.models import Count, F

from support import case_numbers, demo
from support.demo_desk.fill import NotEmpty, fill
from support.models import (
    AuditEvent,
    Claim,
    Conversation,
    Customer,
    Escalation,
    Identity,
    Message,
    Owner,
    SimulatedMessage,
)
from support.privacy import audit


def test_it_is_a_month_with_all_that_people_do(desk: datetime) -> None:
    assert Conversation.objects.count() == 150
    assert not Message.objects.filter(at__gt=desk).exists()
    assert Message.objects.filter(at__lt=desk - timedelta(days=25)).exists()
    assert Escalation.objects.filter(reopened=True).exists()
    assert set(Escalation.objects.values_list("status", flat=True)) == {"open", "resolved"}
    assert all(case_numbers.is_valid(number) for number in Claim.objects.values_list("number", flat=True))
    assert {identity.value[:8] for identity in Identity.objects.filter(channel="whatsapp")} == {"+2250700"}
    assert AuditEvent.objects.get(action="demo_seed").details == {"conversations": 150, "seed": 1}
    assert audit.first_break() is None


def test_nothing_in_it_sets_the_house_to_work(desk: datetime) -> None:
    assert not Conversation.objects.filter(waiting_since__isnull=False).exists()
    assert not Conversation.objects.filter(handled_seq__lt=F("inbound_seq")).exists()
    assert not Message.objects.filter(delivery__in=["queued", "sending", "unknown"]).exists()
    assert not Claim.objects.filter(events__told__in=["due", "agent"]).exists()


def test_who_wrote_on_whatsapp_today_has_a_telephone_that_takes_an_answer(desk: datetime) -> None:
    lately = Conversation.objects.filter(window_from__gt=desk - timedelta(hours=24)).select_related("identity")
    wrote = dict(SimulatedMessage.objects.filter(from_phone=True).values_list("phone", "at"))
    assert {row.identity.value: row.window_from for row in lately} == wrote and wrote


def test_messages_stand_in_the_order_of_time(desk: datetime) -> None:
    for conversation in Conversation.objects.prefetch_related("messages"):
        messages = list(conversation.messages.all())
        assert [message.seq for message in messages] == list(range(1, conversation.next_seq))
        assert [message.at for message in messages] == sorted(message.at for message in messages)
        assert conversation.inbound_seq == max(each.seq for each in messages if each.author == "customer")


def test_owners_and_open_cases_agree(desk: datetime) -> None:
    needed = set(Escalation.objects.filter(closed_at=None).values_list("conversation_id", flat=True))
    owned = set(Conversation.objects.filter(owner__in=[Owner.QUEUE, Owner.AGENT]).values_list("id", flat=True))
    assert needed == owned
    assert len(needed) > 10
    urgent = Escalation.objects.filter(closed_at=None, priority=0, due_at__gt=desk - timedelta(minutes=2))
    assert urgent.exists()


def test_an_incident_hides_in_the_last_hours(desk: datetime) -> None:
    recent = Claim.objects.filter(filed_at__gt=desk - timedelta(hours=3))
    counts = Counter(recent.values_list("kind", "from_operator", "to_operator"))
    (what, hit), (_, next_most) = counts.most_common(2)
    assert what == ("debited_not_received", "Orange", "Wave")
    assert hit >= 2 * next_most
    usual = Claim.objects.filter(kind=what[0], from_operator="Orange", to_operator="Wave").exclude(pk__in=recent)
    assert usual.count() / (30 * 8) < hit / 10, "in three hours, against three usual hours"


def test_the_same_seed_invents_the_same_month(desk: datetime) -> None:
    def picture() -> list[object]:
        cases = Escalation.objects.order_by("id").values_list("id", "opened_at", "closed_at", "assignee__username")
        words = Conversation.objects.order_by("id").annotate(n=Count("messages")).values_list("id", "n")
        return [*cases, *words]

    first = picture()
    Conversation.objects.all().delete()
    Customer.objects.all().delete()
    fill(150, now=desk)
    assert picture() == first


def test_it_is_refused_beside_conversations_and_on_a_server(desk: datetime, settings: object) -> None:
    with pytest.raises(NotEmpty):
        fill(10, now=desk)
    settings.EMBEDDED, settings.DEBUG = False, False  # type: ignore[attr-defined]
    with pytest.raises(demo.NotADemo):
        fill(10, now=desk)
