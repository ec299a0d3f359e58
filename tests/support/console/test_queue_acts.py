"""Statuses, bulk acts, saved views, history and the bell, through the console's own addresses."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from support import clock, db, escalate, labelling, notices, statuses, team
from support.models import AuditEvent, Conversation, Escalation, Label, Notice, NoticeKind, SavedView, Status, Team
from support.privacy import audit
from tests.support.journeys import write

Waiting = Callable[..., Conversation]
BrowserOf = Callable[[User | None], Client]


def post(browser: Client, path: str, body: object) -> Any:
    return browser.post(f"/admin/file/{path}", json.dumps(body), "application/json")


def bulk(browser: Client, cases: list[Conversation], act: str, **more: object) -> Any:
    return post(browser, "bulk/", {"ids": [str(case.id) for case in cases], "act": act, **more})


def case_of(conversation: Conversation) -> Escalation:
    return Escalation.objects.get(conversation=conversation)


def several(waiting: Waiting, count: int) -> list[Conversation]:
    return [waiting(address=f"+225070000000{number}") for number in range(count)]


NOW = datetime(2026, 7, 3, 17, 30, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    ("choice", "end"),
    [
        ("1h", datetime(2026, 7, 3, 18, 30, tzinfo=UTC)),
        ("4h", datetime(2026, 7, 3, 21, 30, tzinfo=UTC)),
        ("tomorrow", datetime(2026, 7, 4, 8, tzinfo=UTC)),
        ("monday", datetime(2026, 7, 6, 8, tzinfo=UTC)),
        ("2026-08-07", datetime(2026, 8, 7, 8, tzinfo=UTC)),
    ],
)
def test_a_snooze_ends_when_it_says(choice: str, end: datetime) -> None:
    assert statuses.snooze_end(choice, NOW) == end


def test_monday_on_a_monday_is_the_next_one() -> None:
    assert statuses.snooze_end("monday", datetime(2026, 7, 6, 7, tzinfo=UTC)).day == 13


def test_a_snoozed_case_keeps_its_agent_and_wakes_open(awa: User, waiting: Waiting) -> None:
    case = waiting()
    escalate.take(case.id, awa)
    statuses.set_status(case.id, awa, Status.SNOOZED, clock.now() + timedelta(hours=1))
    assert statuses.wake() == 0 and case_of(case).lease_until is None
    Escalation.objects.update(snoozed_until=clock.now() - timedelta(seconds=1))
    assert (statuses.wake(), statuses.wake()) == (1, 0)
    woken = case_of(case)
    assert (woken.status, woken.snoozed_until, woken.assignee) == (Status.OPEN, None, awa) and woken.lease_until
    assert list(AuditEvent.objects.values_list("action", flat=True))[-2:] == ["status", "snooze_ended"]
    assert audit.first_break() is None


def test_the_customers_message_opens_a_case_set_aside_and_its_lease_runs_again(awa: User, waiting: Waiting) -> None:
    case = waiting()
    escalate.take(case.id, awa)
    statuses.set_status(case.id, awa, Status.PENDING)
    escalate.keep(case.id, awa)  # a page left open on it
    statuses.settle_leases()
    assert case_of(case).lease_until is None
    write("voici le reçu")
    statuses.settle_leases()
    assert case_of(case).status == Status.OPEN and case_of(case).lease_until


def test_a_colleagues_case_is_set_aside_only_by_who_may_assign(
    awa: User, koffi: User, staff: Callable[..., User], waiting: Waiting, browser_of: BrowserOf
) -> None:
    case = waiting()
    escalate.take(case.id, koffi)
    refused = post(browser_of(awa), f"{case.id}/status/", {"status": "pending"})
    assert refused.status_code == 409 and refused.json()["detail"] == "Cette conversation est déjà avec Koffi."
    assert post(browser_of(staff("aya", "senior")), f"{case.id}/status/", {"status": "pending"}).status_code == 204
    assert case_of(case).status == Status.PENDING


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"status": "resolved"}, 422),
        ({"status": "snoozed"}, 422),
        ({"status": "snoozed", "until": "hier"}, 409),
        ({"status": "snoozed", "until": "2020-01-01"}, 409),
        ([], 422),
    ],
)
def test_a_status_that_says_nothing_is_refused(
    body: object, code: int, awa: User, waiting: Waiting, browser_of: BrowserOf
) -> None:
    assert post(browser_of(awa), f"{waiting().id}/status/", body).status_code == code


def test_each_case_of_a_bulk_act_has_its_own_outcome(
    awa: User, koffi: User, waiting: Waiting, browser_of: BrowserOf
) -> None:
    cases = several(waiting, 4)
    escalate.take(cases[3].id, koffi)
    answer = bulk(browser_of(awa), cases, "take").json()
    assert answer["done"] == [str(case.id) for case in cases[:3]]
    assert [each["id"] for each in answer["refused"]] == [str(cases[3].id)]
    assert answer["text"].startswith("3 faites, 1 refusée : cette conversation est déjà avec")
    closed = bulk(browser_of(awa), cases, "close").json()
    assert (len(closed["done"]), len(closed["refused"])) == (3, 1)


def test_only_who_may_assign_gives_cases_to_a_colleague_who_is_told(
    awa: User, koffi: User, staff: Callable[..., User], waiting: Waiting, browser_of: BrowserOf
) -> None:
    cases, senior = several(waiting, 2), browser_of(staff("aya", "senior"))
    assert bulk(browser_of(awa), cases, "assign", to=koffi.pk).status_code == 409
    assert bulk(senior, cases, "assign", to=koffi.pk).json()["done"] == [], "handed to nobody: he is not there"
    team.see(koffi)
    escalate.take(cases[0].id, awa)
    assert len(bulk(senior, cases, "assign", to=koffi.pk).json()["done"]) == 2
    assert set(AuditEvent.objects.filter(action="transfer").values_list("actor_name", flat=True)) == {"aya"}
    assert {case_of(case).assignee for case in cases} == {koffi}
    assert Notice.objects.filter(user=koffi, kind=NoticeKind.TRANSFER).count() == 2
    assert bulk(browser_of(User.objects.get(username="aya")), cases, "assign", to=10**6).status_code == 422


def test_labels_priority_and_snooze_are_given_to_many(awa: User, waiting: Waiting, browser_of: BrowserOf) -> None:
    cases, browser = several(waiting, 2), browser_of(awa)
    label = Label.objects.create(brand=cases[0].brand, name="VIP")
    other = Label.objects.create(brand="ailleurs", name="VIP")
    due = case_of(cases[0]).due_at
    assert bulk(browser, cases, "label", label=label.pk).json()["text"] == "2 faites."
    assert bulk(browser, cases, "label", label=other.pk).json()["done"] == []
    bulk(browser, cases, "priority", priority=0)
    bulk(browser, cases, "snooze", status="snoozed", until="4h")
    standing = case_of(cases[0])
    assert (standing.priority, standing.status) == (0, Status.SNOOZED) and standing.due_at < due
    assert list(label.conversations.order_by("id")) == sorted(cases, key=lambda case: case.id)
    assert AuditEvent.objects.filter(action="label_added").count() == 2


def test_many_cases_go_to_a_team_as_one_does(
    awa: User, staff: Callable[..., User], waiting: Waiting, browser_of: BrowserOf
) -> None:
    cases, senior = several(waiting, 2), browser_of(staff("aya", "senior"))
    fraud, other = (Team.objects.create(brand=brand, name="Fraude") for brand in (cases[0].brand, "autre"))
    assert bulk(browser_of(awa), cases, "assign", team=fraud.pk).status_code == 409
    assert bulk(senior, cases, "assign", team=10**6).status_code == 422
    assert bulk(senior, cases, "assign", team=other.pk).json()["done"] == []
    escalate.take(cases[0].id, awa)
    assert bulk(senior, cases, "assign", team=fraud.pk).json()["text"] == "2 faites."
    assert [case_of(case).team for case in cases] == [fraud, fraud]
    again = bulk(senior, cases, "assign", team=fraud.pk).json()["text"]
    assert again == "Aucune faite, 2 refusées : cette conversation attend déjà l'équipe Fraude."


@pytest.mark.parametrize(
    "body", [{}, {"ids": []}, {"ids": ["x"], "act": "take"}, {"ids": "all"}, {"ids": [None] * 201}]
)
def test_a_bulk_act_on_nothing_is_refused(body: object, awa: User, browser_of: BrowserOf) -> None:
    assert post(browser_of(awa), "bulk/", body).status_code == 422


def test_views_belong_to_their_owner(awa: User, koffi: User, browser_of: BrowserOf) -> None:
    mine = post(browser_of(awa), "views/", {"name": "Urgences", "filters": {"who": "mine"}}).json()["views"]
    post(browser_of(awa), "views/", {"name": "Wave", "filters": {"pair": "Orange>Wave"}})
    view = mine[0]["id"]
    for path in (f"views/{view}/", f"views/{view}/delete/"):
        assert post(browser_of(koffi), path, {"name": "à moi"}).status_code == 409
    assert post(browser_of(koffi), "views/order/", {"ids": [view]}).json()["views"] == []
    assert post(browser_of(awa), "views/", {"name": "Urgences", "filters": {}}).status_code == 409
    second = SavedView.objects.get(name="Wave").pk
    for each in (view, second):
        views = post(browser_of(awa), f"views/{each}/", {"first": True}).json()["views"]
    assert [each["first"] for each in views] == [False, True]
    views = post(browser_of(awa), "views/order/", {"ids": [second, view]}).json()["views"]
    assert [each["name"] for each in views] == ["Wave", "Urgences"]
    assert len(post(browser_of(awa), f"views/{view}/delete/", {}).json()["views"]) == 1


@pytest.mark.parametrize("filters", [{"sql": "1"}, {"who": 1}, {"kind": "x" * 61}, [], None])
def test_a_view_holds_only_filters_of_the_queue(filters: object, awa: User, browser_of: BrowserOf) -> None:
    assert post(browser_of(awa), "views/", {"name": "v", "filters": filters}).status_code == 422


@pytest.fixture
def resolved(awa: User, koffi: User, waiting: Waiting) -> list[Conversation]:
    """Three resolved cases, the last by Koffi and labelled."""
    cases = several(waiting, 3)
    for case, agent in zip(cases, (awa, awa, koffi), strict=True):
        escalate.take(case.id, agent)
        escalate.close(case.id, agent)
    labelling.put(cases[2].id, koffi, Label.objects.create(brand=cases[2].brand, name="VIP"))
    return cases


@pytest.mark.parametrize(
    ("query", "found"),
    [("", [2, 1, 0]), ("who=mine", [1, 0]), ("channel=web", []), ("brand=easytransfert&kind=", [2, 1, 0])],
)
def test_resolved_cases_are_found_by_filter_latest_first(
    query: str, found: list[int], resolved: list[Conversation], awa: User, browser_of: BrowserOf
) -> None:
    rows = browser_of(awa).get(f"/admin/file/history/?{query}").json()["rows"]
    assert [row["id"] for row in rows] == [str(resolved[number].id) for number in found]


def test_resolved_cases_come_by_page_and_their_queries_do_not_grow(
    resolved: list[Conversation],
    koffi: User,
    browser_of: BrowserOf,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    from support.console import history

    monkeypatch.setattr(history, "PAGE", 2)
    browser, label = browser_of(koffi), Label.objects.get()
    browser.get("/admin/file/history/")
    with django_assert_num_queries(9):  # two of the session, user, two of permissions; ids, rows, messages, labels
        first = browser.get("/admin/file/history/").json()
    last = first["rows"][-1]["case"]
    with django_assert_num_queries(10):
        second = browser.get(f"/admin/file/history/?before={last}").json()
    assert (len(first["rows"]), first["more"], len(second["rows"]), second["more"]) == (2, True, 1, False)
    for query in (f"label={label.pk}", f"agent={koffi.pk}"):
        assert len(browser.get(f"/admin/file/history/?{query}").json()["rows"]) == 1
    for query in ("before=x", "label=é", "agent=-1"):
        assert browser.get(f"/admin/file/history/?{query}").status_code == 422


def test_the_bell_tells_a_person_of_their_own_notices_until_they_are_seen(
    awa: User, koffi: User, waiting: Waiting, browser_of: BrowserOf
) -> None:
    with db.write():
        notices.tell([awa, koffi], NoticeKind.MENTION, waiting().id, "rappelez le 07 00 00 00 12")
        notices.tell([awa], NoticeKind.INCIDENT)
    told = browser_of(awa).get("/admin/file/notices/").json()
    assert told["unseen"] == 2 and [each["kind"] for each in told["notices"]] == ["incident", "mention"]
    assert told["notices"][1]["text"] == "rappelez le •••• 0012"
    theirs = str(Notice.objects.get(user=koffi).id)
    assert post(browser_of(awa), "notices/seen/", {"ids": [theirs]}).json() == {"seen": 0}
    assert post(browser_of(awa), "notices/seen/", {}).json() == {"seen": 2}
    assert browser_of(awa).get("/admin/file/notices/").json()["unseen"] == 0
    assert browser_of(koffi).get("/admin/file/notices/").json()["unseen"] == 1


@pytest.mark.parametrize(
    ("door", "allowed"),
    [
        (("get", "history/"), {"agent", "auditor"}),
        (("get", "notices/"), {"agent", "auditor"}),
        (("post", "notices/seen/"), {"agent", "auditor"}),
        (("post", "views/order/"), {"agent", "auditor"}),
        (("post", "bulk/"), {"agent"}),
    ],
)
@pytest.mark.parametrize("who", ["agent", "auditor", "newcomer", "nobody"])
def test_each_door_opens_to_its_roles(
    door: tuple[str, str], allowed: set[str], who: str, staff: Callable[..., User], browser_of: BrowserOf
) -> None:
    method, path = door
    user = None if who == "nobody" else staff(who, "" if who == "newcomer" else who)
    address, browser = f"/admin/file/{path}", browser_of(user)
    answer = browser.get(address) if method == "get" else post(browser, path, {"ids": []})
    refused = 401 if who == "nobody" else 403
    assert (answer.status_code != refused) == (who in allowed)
    other = post(browser, path, {}) if method == "get" else browser.get(address)
    assert other.status_code == (405 if who in allowed else refused)
