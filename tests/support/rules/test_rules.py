"""Rules at work: on each occasion, once a case, by the writers of people's acts, and nothing more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from support import clock, db, escalate, promise_watch, satisfaction
from support.console import timeline
from support.models import (
    AuditEvent,
    Conversation,
    Escalation,
    Label,
    Message,
    Notice,
    Rule,
    RuleOccasion,
    RuleRun,
    Satisfaction,
    Team,
)
from support.privacy import audit
from support.rules import acting, occasions, trial, work, writing
from support.rules.facts import JUST_NOW, Moment, gather
from support.tasks import sweep
from tests.support.journeys import BRAND, rings, say, write
from tests.support.rules.conftest import NewCase, NewRule
from tests.support.test_receive import in_parallel

pytestmark = pytest.mark.django_db


def test_a_rule_acts_once_in_its_own_name_and_on_record(new_case: NewCase, new_rule: NewRule, people: Any) -> None:
    label, fraud = Label.objects.create(brand=BRAND, name="arnaque"), Team.objects.create(brand=BRAND, name="Fraude")
    fraud.members.add(people["koffi"])
    acts = {"priority": 1, "label": label.pk, "team": fraud.pk, "status": "snoozed", "hours": 4, "notice": True}
    new_rule({"words": ["arnaqué"]}, acts)
    case, other = new_case(), new_case("bonjour")
    said = Message.objects.count()
    assert (work.run(case.conversation_id), work.run(other.conversation_id)) == (1, 0)
    case.refresh_from_db()
    assert (case.priority, case.team, case.status) == (1, fraud, "snoozed")
    assert case.snoozed_until is not None and case.snoozed_until > clock.now() + timedelta(hours=3)
    assert list(case.conversation.labels.all()) == [label]
    told = set(Notice.objects.values_list("user__username", "kind"))
    assert told == {("koffi", "team"), ("mariam", "rule")}, "who is of the team and there; supervisors"
    assert Message.objects.count() == said, "a rule never writes to a customer"

    events = AuditEvent.objects.filter(target=f"conversation:{case.conversation_id}").order_by("id")
    assert [event.action for event in events] == ["priority", "team", "label_added", "status", "rule_notice"]
    assert {(event.actor_name, event.actor_id) for event in events} == {("Règle : Fraude", None)}
    assert audit.first_break() is None
    lines = {entry.text for entry in timeline.page(case.conversation) if entry.who == "Règle : Fraude"}
    assert "a confié la conversation à l'équipe Fraude" in lines and "a changé la priorité : haute" in lines
    assert "a mis l'étiquette « arnaque »" in lines

    assert not RuleOccasion.objects.exists(), "acts of rules are no occasions for rules"
    occasions.note(case.conversation, case, "opened")  # type: ignore[arg-type]
    assert work.run(case.conversation_id) == 0 and RuleRun.objects.count() == 1


def test_rules_act_in_their_order_and_on_what_was_before_them(new_case: NewCase, new_rule: NewRule) -> None:
    new_rule({"reasons": ["anger"]}, {"priority": 2}, name="n'abaisse jamais")
    new_rule({"reasons": ["anger"]}, {"priority": 0}, name="urgente")
    new_rule({}, {"priority": 1}, name="haute", on=False)
    case = new_case(reason="anger", priority="high")
    work.run(case.conversation_id)
    case.refresh_from_db()
    assert case.priority == 0
    assert AuditEvent.objects.filter(action="priority").count() == 1, "the first one had nothing to raise"


def test_a_customer_who_writes_on_is_an_occasion_but_not_the_message_that_called_people(new_rule: NewRule) -> None:
    rule = new_rule({"words": ["toujours rien"]}, {"priority": 0}, "wrote")
    say("je veux parler à un conseiller")
    case = Escalation.objects.select_related("conversation").get()
    assert not RuleOccasion.objects.exists()
    say("tjrs rien ??")
    row = RuleOccasion.objects.get()
    assert (row.occasion, row.seq) == ("wrote", Message.objects.filter(author="customer").latest("seq").seq)
    assert trial.attempt(rule).hits == [trial.Hit(case, trial.attempt(rule).hits[0].at, ["priorité urgente"])]
    assert work.run(case.conversation_id) == 1
    case.refresh_from_db()
    assert case.priority == 0


def test_what_a_customer_said_before_the_questions_counts_when_a_person_is_called(new_case: NewCase) -> None:
    case = new_case("ma boutique a un souci")
    talk = case.conversation
    Message.objects.create(
        conversation=talk, seq=2, author="bot", text="Quel montant ?", at=clock.now(), delivery="sent"
    )
    Conversation.objects.update(next_seq=3)
    write("16000", address=talk.identity.value)

    def heard(occasion: str, later: timedelta = timedelta()) -> tuple[str, ...]:
        return gather([Moment(case, 3, clock.now() + later, occasion)])[0].texts

    assert heard("opened") == ("16000", "ma boutique a un souci")
    assert heard("wrote") == ("16000",)
    assert heard("opened", JUST_NOW) == (), "not of another day"


def test_promises_ends_and_scores_are_occasions(
    new_case: NewCase, new_rule: NewRule, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    label = Label.objects.create(brand=BRAND, name="à revoir")
    by_occasion = {
        "promise": new_rule({}, {"priority": 0}, "promise", "pressé"),
        "resolved": new_rule({}, {"label": label.pk}, "resolved", "fini"),
        "scored": new_rule({"score": 2}, {"notice": True}, "scored", "déçu"),
    }
    case = new_case()
    before = clock.now()
    monkeypatch.setattr(clock, "now", lambda: before + 0.9 * (case.due_at - before))
    promise_watch.look()
    monkeypatch.setattr(clock, "now", lambda: case.due_at)
    escalate.take(case.conversation_id, people["awa"])
    Escalation.objects.update(first_replied_at=case.due_at)
    escalate.close(case.conversation_id, people["awa"])
    row = Satisfaction.objects.get()
    with db.write():
        satisfaction.record(row, BRAND, 2, clock.now())
    assert list(RuleOccasion.objects.values_list("occasion", flat=True)) == ["promise", "resolved", "scored"]
    acted = work.run(case.conversation_id)
    done = set(RuleRun.objects.values_list("rule__name", flat=True))
    assert (acted, done) == (2, {"fini", "déçu"}), "a case that has ended is not made urgent any more"
    for occasion, rule in by_occasion.items():
        assert [hit.case for hit in trial.attempt(rule).hits] == [case], occasion


def test_a_rule_that_cannot_be_carried_out_is_switched_off_and_told_and_the_others_go_on(
    new_case: NewCase, new_rule: NewRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = Label.objects.create(brand=BRAND, name="éphémère")
    gone = new_rule({}, {"label": label.pk, "priority": 0}, name="étiquette supprimée")
    damaged = new_rule(name="abîmée")
    Rule.objects.filter(pk=damaged.pk).update(acts=["?"])
    broken = new_rule({"amount": 5}, name="en panne")
    new_rule({}, {"notice": True}, name="la bonne")
    label.delete()
    holds = work.holds
    monkeypatch.setattr(work, "holds", lambda wanted, *rest: 1 / 0 if wanted.amount else holds(wanted, *rest))
    case = new_case()
    assert work.run(case.conversation_id) == 1
    case.refresh_from_db()
    assert case.priority == 2, "all of its acts or none"
    faults = dict(Rule.objects.filter(active=False).values_list("pk", "fault"))
    assert faults[gone.pk] == "Son étiquette n'existe plus."
    assert faults[damaged.pk] == "Un objet est attendu." and "panne" in faults[broken.pk]
    told = [notice.text for notice in Notice.objects.filter(user__username="mariam", conversation=None)]
    assert len(told) == 3 and "La règle « étiquette supprimée » est arrêtée. Son étiquette n'existe plus." in told
    assert AuditEvent.objects.filter(action="rule_given_up").count() == 3
    with pytest.raises(acting.RuleError, match="étiquette"):
        writing.switch_on(gone, User.objects.get(username="mariam"), writing.version(gone))


def test_a_rule_is_switched_on_as_it_stands_and_not_as_somebody_read_it(
    new_rule: NewRule, people: dict[str, User]
) -> None:
    read = new_rule(on=False)
    Rule.objects.filter(pk=read.pk).update(acts={"label": 4_000_000})
    with pytest.raises(acting.RuleError, match="étiquette"):
        writing.switch_on(read, people["mariam"], writing.version(read))
    assert not Rule.objects.get().active


def test_what_is_changed_is_a_draft_again_and_a_draft_does_nothing(
    new_case: NewCase, new_rule: NewRule, people: dict[str, User]
) -> None:
    rule = new_rule()
    writing.save(rule, people["mariam"])
    assert not Rule.objects.get().active
    new_case()
    assert not RuleOccasion.objects.exists(), "nothing is noted for drafts"
    writing.switch_on(rule, people["mariam"], writing.version(rule))
    writing.switch_off(rule, people["mariam"])
    target = f"rule:{rule.pk}"
    writing.delete(rule, people["mariam"])
    acts = AuditEvent.objects.filter(target=target).order_by("id").values_list("action", flat=True)
    assert list(acts) == ["rule_saved", "rule_on", "rule_saved", "rule_on", "rule_off", "rule_deleted"]


def test_a_lost_ring_is_made_up_for_and_what_is_too_old_let_go(new_case: NewCase, new_rule: NewRule) -> None:
    new_rule()
    case = new_case()
    RuleOccasion.objects.update(stored_at=timezone.now() - timedelta(seconds=30))
    sweep()
    sweep()
    rung = ("support.tasks.apply_rules", str(case.conversation_id))
    assert rings("housekeeping").count(rung) == 1, "once in a while, not at every sweep"
    RuleOccasion.objects.update(stored_at=timezone.now() - occasions.KEPT)
    sweep()
    assert not RuleOccasion.objects.exists()


def test_a_trial_tells_what_the_rule_then_does(new_case: NewCase, new_rule: NewRule, people: dict[str, User]) -> None:
    rule = new_rule({"words": ["arnaqué"], "amount": 10_000}, {"priority": 1}, on=False)
    cases = [
        new_case("g t arnaqué", amount_fcfa=20_000), new_case("arnaqué", amount_fcfa=5_000), new_case("bjr"),
        new_case("on m'a arnaqué hier", amount_fcfa=10_000, priority="urgent"), new_case("arnaqué"),
    ]  # fmt: skip

    def tried() -> tuple[trial.Trial, int]:
        with CaptureQueriesContext(connection) as seen:
            found = trial.attempt(rule)
        return found, len(seen)

    found, few = tried()
    foreseen = {hit.case.id for hit in found.hits}
    assert found.looked_at == 5 and foreseen == {cases[0].id, cases[3].id}
    assert {hit.case.id: hit.done for hit in found.hits} == {cases[0].id: ["priorité haute"], cases[3].id: []}
    writing.switch_on(rule, people["mariam"], writing.version(rule))
    for case in cases:
        with db.write():
            occasions.note(case.conversation, case, "opened")  # type: ignore[arg-type]
        work.run(case.conversation_id)
    assert set(RuleRun.objects.values_list("escalation", flat=True)) == foreseen
    for _ in range(3):
        new_case("arnaqué", amount_fcfa=50_000)
    assert tried()[1] == few, "the number of queries does not grow with the cases"


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_act_once(new_case: NewCase, new_rule: NewRule) -> None:
    label = Label.objects.create(brand=BRAND, name="une fois")
    new_rule({}, {"label": label.pk, "notice": True})
    case = new_case()
    assert ("support.tasks.apply_rules", str(case.conversation_id)) in rings("housekeeping")
    assert sum(in_parallel(4, lambda _: work.run(case.conversation_id))) == 1  # type: ignore[arg-type]
    assert RuleRun.objects.count() == 1 and Notice.objects.filter(kind="rule").count() == 1
    assert AuditEvent.objects.filter(action="label_added").count() == 1
