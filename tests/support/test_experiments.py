"""From the arm a customer hears to the outcome that is counted, and what the periodic look does about it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from support import clock, db, escalate, tasks
from support.console.roles import sync_roles
from support.experiments import assign, outcomes, steer, watch
from support.experiments.rules import rules
from support.models import (
    AuditEvent,
    Channel,
    Conversation,
    EngineCall,
    Experiment,
    ExperimentKind,
    ExperimentOutcome,
    ExperimentStatus,
)
from support.privacy import audit
from tests.support.journeys import BRAND, say, write

ARMS = [
    {"name": "temoin", "weight": 50, "tier": "template", "adapter": ""},
    {"name": "candidate", "weight": 50, "tier": "local", "adapter": "warm@1f2e"},
]
OVER = timedelta(hours=2, minutes=1)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def amina() -> User:
    sync_roles()
    user = User.objects.create_user("amina", is_staff=True)
    user.groups.add(Group.objects.get(name="supervisor"))
    return user


@pytest.fixture
def running(amina: User) -> Callable[..., Experiment]:
    """Makes a running experiment."""

    def make(kind: str = ExperimentKind.AB, **more: Any) -> Experiment:
        row = Experiment(**{"name": "chaleur", "brand": BRAND, "kind": kind, "arms": ARMS, **more})
        steer.save_draft(row, amina)
        steer.start(row, amina)
        row.refresh_from_db()
        return row

    return make


def seen(row: Experiment, arm: str, count: int, bad: int = 0, **more: Any) -> None:
    """So many outcomes of an arm, the bad ones first; old enough to count."""
    began, given = clock.now() - timedelta(days=2), {"step": row.step, "fresh": True, **more}
    plain = {"resolved": True, "handed_over": False, "refused": False, "reasked": False, "turns": 3}
    ExperimentOutcome.objects.bulk_create(
        ExperimentOutcome(
            experiment=row,
            arm=arm,
            customer=f"{arm}-{row.step}-{number}-{random.random()}",
            began_at=began,
            at=began,
            **{"milliseconds": 5.0, "bad": number < bad, **plain, **given},
        )
        for number in range(count)
    )
    Experiment.objects.filter(id=row.id).update(looked_at=None)


# --- Which arm --------------------------------------------------------------------------------------------------------


def test_outside_any_experiment_a_customer_hears_the_usual_voice() -> None:
    assert assign.arm_for(BRAND, "customer") == {}


def test_a_customer_hears_the_arm_drawn_for_them(running: Callable[..., Experiment]) -> None:
    running()
    arms = [assign.arm_for(BRAND, f"customer-{number}") for number in range(200)]
    assert {"experiment": "chaleur", "arm": "candidate", "tier": "local", "adapter": "warm@1f2e"} in arms
    assert {"experiment": "chaleur", "arm": "temoin", "tier": "template", "adapter": ""} in arms
    assert 70 < sum(arm["arm"] == "candidate" for arm in arms) < 130
    assert assign.arm_for("another", "customer-1") == {}


def test_an_arm_costs_no_query_within_seconds(
    running: Callable[..., Experiment], django_assert_num_queries: Callable[..., Any]
) -> None:
    running()
    with django_assert_num_queries(1):
        for number in range(50):
            assign.arm_for(BRAND, f"customer-{number}")


def test_a_share_leaves_the_others_alone(running: Callable[..., Experiment]) -> None:
    running(share=10)
    reached = sum(bool(assign.arm_for(BRAND, f"customer-{number}")) for number in range(1000))
    assert 60 < reached < 140


def test_a_canary_begins_at_the_first_step(running: Callable[..., Experiment]) -> None:
    row = running(ExperimentKind.CANARY, share=100)
    heard = [assign.arm_for(BRAND, f"customer-{number}")["arm"] for number in range(3000)]
    assert row.share == 1 and 10 < heard.count("candidate") < 60


# --- How a conversation went ------------------------------------------------------------------------------------------


def test_a_conversation_is_counted_once_it_is_over(running: Callable[..., Experiment]) -> None:
    row = running()
    say("frais pour 100000")
    watch.look()
    assert not row.outcomes.exists()
    clock.move(OVER)
    watch.look()
    (found,) = row.outcomes.all()
    conversation = Conversation.objects.get()
    assert found.arm == assign.arm_for(BRAND, str(conversation.customer_id))["arm"]
    assert (found.resolved, found.handed_over, found.bad, found.refused, found.reasked) == (True, *[False] * 4)
    assert found.turns == 1 and found.milliseconds > 0 and found.cost_usd == 0
    assert str(conversation.customer_id) not in found.customer and str(conversation.id) not in found.customer


def test_looking_again_or_coming_back_adds_no_second_outcome(running: Callable[..., Experiment]) -> None:
    row = running()
    say("frais pour 100000")
    clock.move(OVER)
    watch.look()
    say("et pour 50000 ?")
    clock.move(OVER)
    watch.look()
    Experiment.objects.update(measured_until=row.started_at)
    tasks.watch_experiments()
    row.refresh_from_db()
    row.measured_until = None
    assert outcomes.measure(row, clock.now()) == 0
    assert row.outcomes.count() == 1


def test_a_closed_conversation_need_not_fall_silent(running: Callable[..., Experiment], amina: User) -> None:
    row = running()
    message = write("bonjour")
    say_to(message.conversation)
    with db.write():
        escalate.open_locked(
            Conversation.objects.select_for_update().get(id=message.conversation_id),
            "human_request",
            "normal",
            "résumé",
        )
    escalate.take(message.conversation_id, amina)
    escalate.close(message.conversation_id, amina)
    watch.look()
    (found,) = row.outcomes.all()
    assert (found.resolved, found.handed_over, found.bad) == (False, True, False)


def say_to(conversation: Conversation) -> None:
    from support import turns
    from tests.support.journeys import let_quiet_pass

    let_quiet_pass(conversation)
    turns.run(conversation.id)


@pytest.mark.parametrize(("reason", "bad"), [("dead_loop", True), ("anger", True), ("high_amount", False)])
def test_why_a_person_was_called_tells_whether_it_went_badly(
    reason: str, bad: bool, running: Callable[..., Experiment]
) -> None:
    row = running()
    say("frais pour 100000")
    with db.write():
        escalate.open_locked(Conversation.objects.select_for_update().get(), reason, "normal", "résumé")  # type: ignore[arg-type]
    clock.move(OVER)
    watch.look()
    found = row.outcomes.get()
    assert (found.handed_over, found.resolved, found.bad) == (True, False, bad)


@pytest.mark.parametrize(("refusals", "bad"), [(1, False), (2, True)])
def test_refused_drafts_are_seen_in_the_ledger(refusals: int, bad: bool, running: Callable[..., Experiment]) -> None:
    row = running()
    say("frais pour 100000")
    call = EngineCall.objects.get()
    for _ in range(refusals):
        EngineCall.objects.create(
            conversation=call.conversation,
            tier="local",
            outcome="ok",
            verdict="own_figure",
            milliseconds=1,
            cost_usd="0.01",
            at=call.at,
        )
    clock.move(OVER)
    watch.look()
    found = row.outcomes.get()
    assert (found.refused, found.bad, float(found.cost_usd)) == (True, bad, pytest.approx(0.01 * refusals))


def test_what_is_asked_twice_in_vain_is_counted(running: Callable[..., Experiment]) -> None:
    row = running()
    for text in ("mon transfert de wave vers orange n'est pas arrivé", "je ne comprends pas", "je ne sais pas"):
        say(text)
    clock.move(OVER)
    watch.look()
    assert row.outcomes.get().reasked is True


def test_what_began_before_the_experiment_is_not_its_business(running: Callable[..., Experiment]) -> None:
    say("frais pour 100000")
    clock.move(timedelta(minutes=30))
    row = running()
    say("et pour 50000 ?")
    clock.move(OVER)
    watch.look()
    assert not row.outcomes.exists()
    say("merci")
    clock.move(OVER)
    watch.look()
    assert row.outcomes.count() == 1


def test_a_conversation_of_a_person_tells_nothing_of_a_voice(running: Callable[..., Experiment], amina: User) -> None:
    message = write("je veux parler à quelqu'un")
    with db.write():
        escalate.open_locked(
            Conversation.objects.select_for_update().get(id=message.conversation_id),
            "human_request",
            "normal",
            "résumé",
        )
    escalate.take(message.conversation_id, amina)
    clock.move(OVER)
    row = running()
    clock.move(timedelta(minutes=1))
    write("vous êtes là ?")
    clock.move(OVER)
    watch.look()
    assert not row.outcomes.exists()


def test_who_changed_arm_under_way_counts_for_neither(
    running: Callable[..., Experiment], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = running(ExperimentKind.CANARY)
    monkeypatch.setattr(assign, "place", lambda salt, customer: assign_place(0.03))  # in from 5 % on
    clock.move(timedelta(minutes=1))
    say("frais pour 100000")
    clock.move(timedelta(minutes=1))
    with db.write():
        steer.climb_locked(Experiment.objects.get())
    clock.move(timedelta(minutes=1))
    say("et pour 50000 ?")
    clock.move(OVER)
    watch.look()
    assert not row.outcomes.exists()
    say("frais pour 2000")
    clock.move(OVER)
    watch.look()
    found = row.outcomes.get()
    assert (found.arm, found.step, found.fresh) == ("candidate", 1, True)


def assign_place(reached: float) -> Any:
    from chatbot.experiments.arms import Place

    return Place(reached, 0.5)


def test_more_conversations_than_one_look_takes_are_all_counted(
    running: Callable[..., Experiment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "AT_ONCE", 2)
    row = running()
    for visitor in range(5):
        say("frais pour 100000", Channel.WEB, f"visitor:{visitor}")
    clock.move(OVER)
    for _ in range(5):
        watch.look()
    assert row.outcomes.count() == 5


# --- What the look does -----------------------------------------------------------------------------------------------


def test_a_canary_climbs_while_all_is_well(running: Callable[..., Experiment]) -> None:
    row = running(ExperimentKind.CANARY)
    for share in (5, 25, 50, 100):
        least = rules().canary.least[row.step]
        seen(row, "candidate", least)
        seen(row, "temoin", round(least * (100 - row.share) / row.share))
        watch.look()
        row.refresh_from_db()
        assert (row.status, row.share) == ("running", share)
    assert [change[1:] for change in row.history] == [[0, 1], [1, 5], [2, 25], [3, 50], [4, 100]]
    seen(row, "candidate", 300)
    watch.look()
    row.refresh_from_db()
    assert (row.status, row.findings["proved"]) == ("running", True)
    climbs = AuditEvent.objects.filter(action="experiment_climbed")
    assert climbs.count() == 4 and climbs.first().actor_name == "akwaba"  # type: ignore[union-attr]
    assert AuditEvent.objects.filter(action="experiment_proved").count() == 1
    assert audit.first_break() is None


def test_a_canary_that_goes_badly_is_rolled_back_by_itself(running: Callable[..., Experiment]) -> None:
    row = running(ExperimentKind.CANARY)
    seen(row, "candidate", 30, bad=8)
    watch.look()
    row.refresh_from_db()
    assert (row.status, row.why) == ("rolled_back", "trop de conversations mal finies")
    assert row.ended_at is not None
    assert assign.arm_for(BRAND, "anybody") == {}
    assert AuditEvent.objects.get(action="experiment_rolled_back").target == "experiment:chaleur"


@pytest.mark.parametrize(("kind", "status"), [("canary", "rolled_back"), ("ab", "stopped")])
def test_a_breached_guardrail_ends_either_kind(kind: str, status: str, running: Callable[..., Experiment]) -> None:
    row = running(kind)
    seen(row, "candidate", 400, milliseconds=30_000)
    seen(row, "temoin", 400)
    watch.look()
    row.refresh_from_db()
    assert (row.status, row.why) == (status, "garde-fou milliseconds:candidate")


def test_a_mismatch_of_shares_is_told_once_and_keeps_a_canary_down(running: Callable[..., Experiment]) -> None:
    row = running(ExperimentKind.CANARY)
    seen(row, "candidate", 60)
    seen(row, "temoin", 60)
    watch.look()
    watch.look()
    row.refresh_from_db()
    assert (row.share, row.findings["mismatch"]) == (1, True)
    assert AuditEvent.objects.filter(action="experiment_mismatch").count() == 1


def test_a_difference_is_called_when_it_is_one(running: Callable[..., Experiment]) -> None:
    row = running()
    for number in range(600):
        seen(row, "candidate", 1, resolved=number % 10 < 8)
        seen(row, "temoin", 1, resolved=number % 10 < 5)
    watch.look()
    row.refresh_from_db()
    (found,) = row.findings["arms"]
    assert found["different"] is True
    assert 0 < found["low"] < 0.3 < found["high"]
    assert (found["mean"], found["control_mean"]) == (pytest.approx(0.8), pytest.approx(0.5))
    assert row.status == "running"  # a person decides what to do with good news


def test_young_conversations_wait_to_be_compared(running: Callable[..., Experiment]) -> None:
    row = running()
    seen(row, "candidate", 10)
    ExperimentOutcome.objects.update(began_at=clock.now() - timedelta(hours=23))
    watch.look()
    row.refresh_from_db()
    assert row.findings["arms"][0]["conversations"] == 0
    clock.move(timedelta(hours=1, minutes=1))
    watch.look()
    row.refresh_from_db()
    assert row.findings["arms"][0]["conversations"] == 10


# --- Acts of supervisors ----------------------------------------------------------------------------------------------


def test_one_experiment_a_brand_runs_at_a_time(running: Callable[..., Experiment], amina: User) -> None:
    running()
    second = Experiment(name="autre", brand=BRAND, kind="ab", arms=ARMS)
    steer.save_draft(second, amina)
    with pytest.raises(steer.NotAllowed, match="une seule à la fois"):
        steer.start(second, amina)
    second.refresh_from_db()
    assert second.status == "draft"


def test_an_ab_grows_and_never_shrinks(running: Callable[..., Experiment], amina: User) -> None:
    row = running(share=10)
    steer.grow(row, amina, 40)
    row.refresh_from_db()
    assert row.share == 40
    for share in (40, 10, 101):
        with pytest.raises(steer.NotAllowed):
            steer.grow(row, amina, share)


@pytest.mark.parametrize("act", [steer.start, steer.stop, steer.roll_back, steer.finish])
def test_an_agent_conducts_no_experiment(
    act: Callable[[Experiment, User], None], running: Callable[..., Experiment]
) -> None:
    row, agent = running(ExperimentKind.CANARY), User.objects.create_user("agent", is_staff=True)
    agent.groups.add(Group.objects.get(name="agent"))
    with pytest.raises(steer.NotAllowed, match="superviseur"):
        act(row, agent)


def test_what_has_ended_does_not_start_again(running: Callable[..., Experiment], amina: User) -> None:
    row = running()
    with pytest.raises(steer.NotAllowed, match="ne change plus"):
        steer.save_draft(row, amina)
    with pytest.raises(steer.NotAllowed, match="s'arrête"):
        steer.roll_back(row, amina)
    steer.stop(row, amina)
    for act in (steer.start, steer.stop):
        with pytest.raises(steer.NotAllowed):
            act(row, amina)
    acts = AuditEvent.objects.filter(actor_name="amina").values_list("action", flat=True)
    assert list(acts) == ["experiment_drafted", "experiment_started", "experiment_stopped"]


def test_a_canary_is_finished_only_once_proved(running: Callable[..., Experiment], amina: User) -> None:
    row = running(ExperimentKind.CANARY)
    with pytest.raises(steer.NotAllowed, match="preuves"):
        steer.finish(row, amina)
    Experiment.objects.update(findings={"proved": True})
    steer.finish(row, amina)
    row.refresh_from_db()
    assert row.status == ExperimentStatus.DONE


@pytest.mark.parametrize(
    ("kind", "arms", "fault"),
    [
        ("ab", ARMS[:1], "Il faut deux voix"),
        ("canary", [*ARMS, {**ARMS[1], "name": "c", "tier": "x"}], "Il faut deux voix"),
        ("ab", [ARMS[0], {**ARMS[1], "name": "temoin"}], "son nom"),
        ("ab", [ARMS[0], {**ARMS[1], "weight": 0}], "poids"),
        ("ab", [ARMS[0], {**ARMS[0], "name": "candidate"}], "la même"),
    ],
)
def test_arms_that_cannot_be_compared_do_not_start(kind: str, arms: list[dict[str, Any]], fault: str) -> None:
    assert fault in " ".join(steer.faults(kind, arms))
    assert steer.faults("ab", ARMS) == []


# --- The pages --------------------------------------------------------------------------------------------------------

DRAFT = {
    "name": "chaleur", "brand": BRAND, "kind": "ab", "share": "50", "control_tier": "template", "control_adapter": "",
    "candidate_tier": "local", "candidate_adapter": "warm@1f2e", "weight": "50",
}  # fmt: skip


@pytest.fixture
def browser(amina: User) -> Client:
    client = Client()
    client.force_login(amina)
    return client


def test_a_supervisor_drafts_starts_and_stops_with_a_confirmation(browser: Client) -> None:
    assert browser.post("/admin/support/experiment/add/", DRAFT).status_code == 302
    row = Experiment.objects.get()
    assert (row.status, row.arms) == ("draft", ARMS)
    page = f"/admin/support/experiment/{row.id}"
    assert "Une partie des clients entendra" in browser.get(f"{page}/start/").content.decode()
    row.refresh_from_db()
    assert row.status == "draft"  # looking at the confirmation does nothing
    browser.post(f"{page}/start/")
    row.refresh_from_db()
    assert row.status == "running"
    browser.post(f"{page}/grow/", {"share": "80"})
    browser.post(f"{page}/stop/")
    row.refresh_from_db()
    assert (row.status, row.share) == ("stopped", 80)


def test_the_form_says_what_is_wrong(browser: Client) -> None:
    same = {**DRAFT, "candidate_tier": "template", "candidate_adapter": "", "share": "120"}
    assert "Entre 1 et 100" in browser.post("/admin/support/experiment/add/", same).content.decode()
    same["share"] = "50"
    assert "Deux voix sont la même" in browser.post("/admin/support/experiment/add/", same).content.decode()
    elsewhere = browser.post("/admin/support/experiment/add/", {**DRAFT, "brand": "nulle-part"})
    assert "existe pas ici" in elsewhere.content.decode()
    assert not Experiment.objects.exists()


def test_the_pages_tell_what_was_seen(browser: Client, running: Callable[..., Experiment]) -> None:
    row = running(share=50)
    seen(row, "candidate", 30, resolved=False)
    seen(row, "temoin", 30)
    watch.look()
    listed = browser.get("/admin/support/experiment/").content.decode()
    assert "chaleur" in listed and "conforme" in listed and "tenus" in listed
    page = browser.get(f"/admin/support/experiment/{row.id}/change/").content.decode()
    for words in ("Pas de différence établie", "Résolues sans conseiller", "informations redemandées", "Élargir"):
        assert words in page
    assert "Lancer" not in page and 'name="_save"' not in page


def test_a_name_is_never_markup_on_the_pages(browser: Client, running: Callable[..., Experiment]) -> None:
    row = running(arms=[ARMS[0], {**ARMS[1], "name": "<script>x</script>"}])
    seen(row, "<script>x</script>", 3)
    watch.look()
    for page in ("/admin/support/experiment/", f"/admin/support/experiment/{row.id}/change/"):
        shown = browser.get(page).content.decode()
        assert "<script>x" not in shown and "&lt;script&gt;x" in shown


@pytest.mark.parametrize("page", ["", "{}/change/", "{}/start/", "{}/stop/", "{}/roll-back/", "{}/finish/", "{}/grow/"])
def test_agents_do_not_see_experiments(page: str, running: Callable[..., Experiment]) -> None:
    row, agent = running(), User.objects.create_user("agent", is_staff=True)
    agent.groups.add(Group.objects.get(name="agent"))
    client = Client()
    client.force_login(agent)
    address = f"/admin/support/experiment/{page.format(row.id)}"
    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403
    assert "Expériences" not in client.get("/admin/file/").content.decode()
    row.refresh_from_db()
    assert row.status == "running"
