"""From hand to hand: given with a note, put back, taken over, returned by who leaves; one owner whatever happens."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from support import escalate, handing, places, team
from support.escalate import EscalationError
from support.models import (
    AuditEvent,
    Author,
    Conversation,
    Escalation,
    Message,
    Note,
    Notice,
    Owner,
    Stint,
    TeamMember,
)
from support.privacy import audit
from tests.support.console.conftest import Waiting
from tests.support.journeys import write
from tests.support.test_receive import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)


def here(*users: User) -> None:
    for user in users:
        team.see(user)


def test_a_case_given_with_a_note_is_the_colleagues_who_is_told(awa: User, koffi: User, waiting: Waiting) -> None:
    case = waiting()
    escalate.take(case.id, awa)
    here(koffi)
    handing.give(case.id, awa, koffi, " rappelez-le \x00", may_assign=False)
    case.refresh_from_db()
    assert (case.owner, case.agent) == (Owner.AGENT, koffi)
    note = Note.objects.get()
    assert (note.text, note.author, list(note.mentions.all())) == ("rappelez-le", awa, [koffi])
    assert note.at == Stint.objects.get(ended_at__isnull=True).began_at
    notice = Notice.objects.get()
    assert (notice.user, notice.kind, notice.text) == (koffi, "transfer", "Awa : rappelez-le")
    with pytest.raises(EscalationError):
        escalate.reply(case.id, awa, "encore moi", uuid.uuid4())
    event = AuditEvent.objects.get(action="transfer")
    assert event.details == {"from": awa.pk, "to": koffi.pk}


def test_only_ones_own_is_given_without_the_right_and_only_to_who_is_there(
    awa: User, koffi: User, staff: Callable[..., User], waiting: Waiting
) -> None:
    case, lead = waiting(), staff("lead", "supervisor")
    with pytest.raises(EscalationError, match="propres"):
        handing.give(case.id, awa, koffi, "", may_assign=False)
    with pytest.raises(EscalationError, match="pas là"):
        handing.give(case.id, lead, koffi, "", may_assign=True)
    here(koffi)
    TeamMember.objects.update(availability="away")
    with pytest.raises(EscalationError, match="pas là"):
        handing.give(case.id, lead, koffi, "", may_assign=True)
    TeamMember.objects.update(availability="busy", seen_at=timezone.now() - team.PRESENT - timedelta(seconds=1))
    with pytest.raises(EscalationError, match="pas là"):
        handing.give(case.id, lead, koffi, "", may_assign=True)
    here(koffi)
    handing.give(case.id, lead, koffi, "", may_assign=True)
    case.refresh_from_db()
    assert case.agent == koffi and not Note.objects.exists()


@pytest.mark.parametrize(("ago", "there"), [(-10, True), (10, False)], ids=["still there", "gone"])
def test_who_is_told_of_work_is_who_is_given_work(koffi: User, ago: int, there: bool) -> None:
    here(koffi)
    TeamMember.objects.update(availability="available", seen_at=timezone.now() - team.PRESENT - timedelta(seconds=ago))
    assert [one.user for one in team.members() if one.present] == list(team.present()) == ([koffi] if there else [])


def test_a_case_put_back_waits_with_the_note_for_the_next(awa: User, koffi: User, waiting: Waiting) -> None:
    case = waiting()
    with pytest.raises(EscalationError):
        handing.put_back(case.id, awa, "")
    escalate.take(case.id, awa)
    handing.put_back(case.id, awa, "il faut un supérieur")
    case.refresh_from_db()
    assert (case.owner, case.agent, places.queue_position(case)) == (Owner.QUEUE, None, 1)
    assert Note.objects.get().text == "il faut un supérieur"
    escalate.take(case.id, koffi)


def test_what_goes_wrong_leaves_everything_as_it_was(awa: User, waiting: Waiting) -> None:
    case = waiting()
    escalate.take(case.id, awa)
    with pytest.raises(EscalationError):
        handing.put_back(case.id, awa, "x" * (handing.NOTE_CHARACTERS + 1))
    case.refresh_from_db()
    assert case.agent == awa and not Note.objects.exists()


def test_a_case_taken_over_is_told_to_who_had_it(awa: User, koffi: User, waiting: Waiting) -> None:
    case = waiting()
    with pytest.raises(EscalationError):
        handing.take_over(case.id, koffi, "urgent")
    escalate.take(case.id, awa)
    handing.take_over(case.id, koffi, "urgent")
    case.refresh_from_db()
    assert case.agent == koffi
    assert Notice.objects.get(user=awa).text == "Reprise par Koffi."
    assert AuditEvent.objects.get(action="take_over").details == {"from": awa.pk, "reason": "urgent"}


def test_who_signs_out_returns_what_they_had_and_is_gone_at_once(awa: User, koffi: User, waiting: Waiting) -> None:
    mine, other = waiting(), waiting(address="+2250700000002")
    escalate.take(mine.id, awa)
    escalate.take(other.id, koffi)
    here(awa)
    browser = Client()
    browser.force_login(awa)
    browser.post("/admin/logout/")
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.owner, other.agent) == (Owner.QUEUE, koffi)
    assert not team.is_here(awa)


def test_the_first_page_makes_somebody_available_and_later_ones_respect_what_they_said(awa: User) -> None:
    team.see(awa)
    assert [member.present for member in team.members()] == [True]
    team.say(awa, team.Availability.BUSY)
    team.see(awa)
    assert [(member.availability, member.present) for member in team.members()] == [("busy", False)]
    TeamMember.objects.update(availability="available", seen_at=timezone.now() - team.PRESENT - timedelta(seconds=1))
    assert [member.present for member in team.members()] == [False]


# Races -------------------------------------------------------------------------------------------------------------


def test_of_a_hundred_take_over_races_each_ends_with_one_owner_one_stint_and_one_entry_per_success(
    staff: Callable[..., User], waiting: Waiting
) -> None:
    """In every round two take the case over and one gives it away, all at once; then everybody looks."""
    case, agents = waiting(), [staff(f"agent{number}", "senior") for number in range(3)]
    here(*agents)
    escalate.take(case.id, agents[0])
    entries = AuditEvent.objects.count()
    ended = threading.Barrier(3, action=lambda: one_owner(case))

    def succeeds(number: int) -> bool:
        try:
            if number == 2:
                handing.give(case.id, agents[2], agents[0], "", may_assign=True)
            else:
                handing.take_over(case.id, agents[number], "urgent")
        except EscalationError:
            return False
        return True

    def hundred(number: int) -> int:
        done = 0
        for _ in range(100):
            done += succeeds(number)
            ended.wait(30)
        return done

    successes = in_parallel(3, hundred)
    assert all(isinstance(done, int) and done for done in successes), successes
    assert AuditEvent.objects.count() - entries == sum(successes)  # type: ignore[arg-type]
    assert audit.first_break() is None


def one_owner(case: Conversation) -> None:
    case.refresh_from_db()
    standing = Escalation.objects.get(conversation=case, closed_at__isnull=True)
    stint = Stint.objects.get(escalation=standing, ended_at__isnull=True)
    assert case.owner == Owner.AGENT and case.agent is not None
    assert standing.assignee == case.agent == stint.agent


class Bustle:
    """Two agents who answer in the same conversations while these pass between them, as dice have it.

    Each reply is sent twice, as on a bad network; ``accepted`` holds what the house said it took.
    """

    def __init__(self, cases: list[Conversation]) -> None:
        self.cases = cases
        self.accepted: list[tuple[uuid.UUID, uuid.UUID, User, str]] = []

    def agent(self, me: User, other: User, seed: int) -> None:
        dice = random.Random(seed)
        acts = (self.reply, self.reply, self.reply, self.take, self.give, self.take_over)
        for number in range(25):
            with suppress(EscalationError):
                dice.choice(acts)(self.cases[number % 2].id, me, other, number)

    def reply(self, case: uuid.UUID, me: User, other: User, number: int) -> None:
        text, client_id = f"{me.username} {number} à {case}", uuid.uuid4()
        for _ in range(2):
            message = escalate.reply(case, me, text, client_id)
        self.accepted.append((message.id, case, me, text))

    def take(self, case: uuid.UUID, me: User, other: User, number: int) -> None:
        escalate.take(case, me)

    def give(self, case: uuid.UUID, me: User, other: User, number: int) -> None:
        handing.give(case, me, other, f"note {number}", may_assign=False)

    def take_over(self, case: uuid.UUID, me: User, other: User, number: int) -> None:
        handing.take_over(case, me, "asked")

    def customer(self, address: str) -> None:
        for line in range(15):
            write(f"message {line}", address=address)


def test_two_agents_and_two_customers_at_once_lose_double_and_cross_nothing(
    awa: User, koffi: User, waiting: Waiting
) -> None:
    """What was accepted is there once, in its conversation, by who then had it."""
    addresses = ("+2250700000001", "+2250700000002")
    bustle = Bustle([waiting(address=address) for address in addresses])
    here(awa, koffi)
    work = (
        lambda: bustle.agent(awa, koffi, 1),
        lambda: bustle.agent(koffi, awa, 2),
        lambda: bustle.customer(addresses[0]),
        lambda: bustle.customer(addresses[1]),
    )
    assert in_parallel(4, lambda number: work[number]()) == [None] * 4
    stored = {row.id: row for row in Message.objects.filter(author=Author.AGENT)}
    assert len(bustle.accepted) > 1, "or nothing was tried"
    assert len(stored) == len({row.text for row in stored.values()}), "a reply was doubled"
    for identity, case_id, me, text in bustle.accepted:
        row = stored[identity]
        assert (row.conversation_id, row.agent, row.text) == (case_id, me, text)
        assert had(me, row), "said by somebody who did not have the case"
    for case in bustle.cases:
        assert case.messages.filter(author=Author.CUSTOMER).count() == 16
        seqs = list(case.messages.order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, len(seqs) + 1))


def had(agent: User, message: Message) -> bool:
    stints = Stint.objects.filter(escalation__conversation=message.conversation_id, agent=agent)
    return any(one.began_at <= message.at and (one.ended_at is None or message.at <= one.ended_at) for one in stints)
