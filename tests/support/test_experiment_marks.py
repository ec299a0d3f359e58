"""A mark counts for the arm that served the conversation it is about, whenever it is given, and for no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from support import clock, db, escalate, satisfaction
from support.console import experiment_page
from support.console.roles import sync_roles
from support.experiments import assign, marks, outcomes, steer, watch
from support.models import Conversation, Experiment, ExperimentKind, ExperimentOutcome, Satisfaction
from tests.support.journeys import BRAND, say
from tests.support.test_experiments import ARMS, OVER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def amina() -> User:
    sync_roles()
    user = User.objects.create_user("amina", is_staff=True)
    user.groups.add(Group.objects.get(name="supervisor"))
    return user


@pytest.fixture
def row(amina: User) -> Experiment:
    row = Experiment(name="chaleur", brand=BRAND, kind=ExperimentKind.AB, arms=ARMS)
    steer.save_draft(row, amina)
    steer.start(row, amina)
    row.refresh_from_db()
    return row


def helped(amina: User) -> Satisfaction:
    """The customer's conversation went to a person, who closed it; nobody has marked it yet."""
    conversation = Conversation.objects.get()
    with db.write():
        locked = Conversation.objects.select_for_update().get(id=conversation.id)
        escalate.open_locked(locked, "human_request", "normal", "résumé")
    escalate.take(conversation.id, amina)
    case = conversation.escalations.latest("opened_at")
    escalate.close(conversation.id, amina)
    return Satisfaction.objects.create(escalation=case, conversation=conversation, agent=amina, asked_at=clock.now())


def marked(rating: Satisfaction, score: int) -> None:
    with db.write():
        satisfaction.record(rating, BRAND, score, clock.now())


def test_a_mark_given_after_the_outcome_was_counted_is_entered(row: Experiment, amina: User) -> None:
    say("frais pour 100000")
    rating = helped(amina)
    watch.look()
    (found,) = row.outcomes.all()
    assert found.handed_over and found.csat is None
    clock.move(timedelta(days=2))
    steer.stop(Experiment.objects.get(), amina)
    marked(rating, 4)
    found.refresh_from_db()
    assert (found.csat, found.arm) == (4, assign_arm(row))


def assign_arm(row: Experiment) -> str:
    index = assign.Running.of(row).arm(str(Conversation.objects.get().customer_id), 100)
    assert index is not None
    return str(ARMS[index]["name"])


def test_a_mark_given_before_it_was_counted_is_entered_with_it(row: Experiment, amina: User) -> None:
    say("frais pour 100000")
    marked(helped(amina), 2)
    assert not row.outcomes.exists()
    watch.look()
    assert [each.csat for each in row.outcomes.all()] == [2]
    marks.feed_all(Conversation.objects.get())
    assert [each.csat for each in row.outcomes.all()] == [2]


def test_a_mark_of_another_conversation_of_theirs_is_not_the_arms(row: Experiment, amina: User) -> None:
    say("frais pour 100000")
    clock.move(OVER)
    watch.look()
    say("et pour 50000 ?")
    rating = helped(amina)
    marked(rating, 1)
    clock.move(OVER)
    watch.look()
    assert [each.csat for each in row.outcomes.all()] == [None], "the first conversation went without a person"


def test_who_changed_arm_under_way_marks_neither(row: Experiment, amina: User, monkeypatch: pytest.MonkeyPatch) -> None:
    say("frais pour 100000")
    marked(helped(amina), 1)
    drawn = iter((0, 1))
    monkeypatch.setattr(assign.Running, "arm", lambda *_: next(drawn))
    clock.move(OVER)
    assert outcomes.measure(row, clock.now()) == 0
    assert not ExperimentOutcome.objects.exists()


def test_a_case_long_after_the_customers_last_word_is_no_conversation_of_the_arm(row: Experiment, amina: User) -> None:
    say("frais pour 100000")
    clock.move(OVER)
    watch.look()
    marked(helped(amina), 5)
    assert row.outcomes.get().csat is None


@pytest.mark.parametrize(("count", "shown"), [(4, "trop peu, n = 4"), (5, "3,0 / 5, n = 5")])
def test_the_page_tells_marks_beside_the_verdict_from_five_on(row: Experiment, count: int, shown: str) -> None:
    began = clock.now()
    told: dict[str, Any] = dict.fromkeys(("handed_over", "resolved", "bad", "refused", "reasked"), False)
    ExperimentOutcome.objects.bulk_create(
        ExperimentOutcome(
            experiment=row, arm="candidate", customer=f"c{n}", began_at=began, at=began, turns=1,
            milliseconds=1.0, csat=3, **told,
        )
        for n in range(count)
    )  # fmt: skip
    watch.look()
    row.refresh_from_db()
    read: Callable[[Experiment], Any] = experiment_page.readout
    assert (
        dict(read(row)["arms"][0]["lines"])["Satisfaction après un conseiller"] == f"{shown} (témoin : trop peu, n = 0)"
    )
