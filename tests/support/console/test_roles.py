"""Every route of the console, for everybody who may come to it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from support.console import roles
from support.models import Conversation

PAGES = ["/admin/file/", "/admin/file/{case}/"]
ACTIONS = [f"/admin/file/{{case}}/{name}/" for name in ("take", "reply", "hand-back", "close", "keep", "reveal")]
ACTIONS += [f"/admin/file/{{case}}/{name}/" for name in ("give", "put-back", "take-over", "instruct")]
RECORDS = ["conversation", "customer", "claim", "escalation"]
OVERSIGHT = ["enginecall", "auditevent", "outgoingevent"]


@pytest.fixture
def people(staff: Callable[..., User]) -> dict[str, User | None]:
    reader = staff("reader", role="")
    reader.groups.add(_readers())
    return {
        "nobody": None,
        "customer": staff("customer", "agent", is_staff=False),
        "newcomer": staff("newcomer", role=""),
        "reader": reader,
        "agent": staff("agent"),
        "supervisor": staff("supervisor", "supervisor"),
        "admin": User.objects.create_superuser("admin"),
    }


def _readers() -> Group:
    group = Group.objects.create(name="readers")
    group.permissions.set(Group.objects.get(name="agent").permissions.filter(codename__startswith="view_"))
    return group


@pytest.fixture
def browsers(people: dict[str, User | None], browser_of: Callable[[User | None], Client]) -> dict[str, Client]:
    return {who: browser_of(user) for who, user in people.items()}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("nobody", 302),
        ("customer", 302),
        ("newcomer", 403),
        ("reader", 200),
        ("agent", 200),
        ("supervisor", 200),
        ("admin", 200),
    ],
)
def test_pages_open_for_those_who_may_see_the_queue(
    page: str,
    who: str,
    status: int,
    browsers: dict[str, Client],
    waiting: Callable[..., Conversation],
) -> None:
    answer = browsers[who].get(page.format(case=waiting().id))
    assert answer.status_code == status
    if status == 302:
        assert answer["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(("who", "status"), [("nobody", 401), ("customer", 403), ("newcomer", 403), ("reader", 403)])
def test_actions_refuse_who_may_not_act(
    action: str,
    who: str,
    status: int,
    browsers: dict[str, Client],
    waiting: Callable[..., Conversation],
) -> None:
    case = waiting()
    answer = browsers[who].post(action.format(case=case.id), {"text": "bonjour"}, "application/json")
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    case.refresh_from_db()
    assert case.owner == "queue" and not case.messages.filter(author="agent").exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_want_a_post_and_its_csrf_token(action: str, awa: User, waiting: Callable[..., Conversation]) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(awa)
    address = action.format(case=waiting().id)
    assert browser.get(address).status_code == 405
    assert browser.post(address, {}, "application/json").status_code == 403


@pytest.mark.parametrize("address", PAGES[1:] + ACTIONS)
def test_a_case_that_does_not_exist_is_not_found(
    address: str, awa: User, browser_of: Callable[[User | None], Client]
) -> None:
    browser, missing = browser_of(awa), address.format(case=uuid.uuid4())
    assert browser.get(missing).status_code == 404 if address in PAGES else browser.post(missing).status_code == 404


@pytest.mark.parametrize(
    ("who", "lands"), [("agent", "/admin/file/"), ("supervisor", "/admin/file/"), ("newcomer", None)]
)
def test_the_front_page_is_the_queue_for_those_who_work_in_it(
    who: str, lands: str | None, browsers: dict[str, Client]
) -> None:
    answer = browsers[who].get("/admin/")
    assert answer.headers.get("Location") == lands


@pytest.mark.parametrize("model", RECORDS + OVERSIGHT)
@pytest.mark.parametrize("who", ["newcomer", "agent", "supervisor", "admin"])
def test_records_are_seen_by_role_and_changed_by_nobody(model: str, who: str, browsers: dict[str, Client]) -> None:
    sees = {"newcomer": [], "agent": RECORDS}.get(who, RECORDS + OVERSIGHT)
    browser = browsers[who]
    assert browser.get(f"/admin/support/{model}/").status_code == (200 if model in sees else 403)
    assert browser.get(f"/admin/support/{model}/add/").status_code == 403


@pytest.mark.parametrize(("who", "status"), [("agent", 403), ("supervisor", 403), ("admin", 200)])
@pytest.mark.parametrize("model", ["user", "group"])
def test_only_administrators_manage_people(model: str, who: str, status: int, browsers: dict[str, Client]) -> None:
    assert browsers[who].get(f"/admin/auth/{model}/add/").status_code == status


def test_syncing_the_roles_again_takes_back_what_was_added_by_hand(people: dict[str, User | None]) -> None:
    agents = Group.objects.get(name="agent")
    agents.permissions.set(Group.objects.get(name="supervisor").permissions.all())
    roles.sync_roles()
    assert set(agents.permissions.values_list("codename", flat=True)) == set(roles.ROLES["agent"])


SAID = ("conversation", "message", "attempt", "customer", "identity", "claim", "claimevent", "auditevent", "enginecall")


@pytest.mark.parametrize("role", roles.ROLES)
def test_no_role_may_delete_or_edit_what_customers_said_or_what_was_done(role: str) -> None:
    forbidden = {f"{verb}_{model}" for verb in ("add", "change", "delete") for model in SAID} | {"delete_article"}
    assert forbidden & set(roles.ROLES[role]) == set()


@pytest.mark.parametrize(
    ("lower", "higher"), [("agent", "senior"), ("senior", "supervisor"), ("supervisor", "admin"), ("auditor", "admin")]
)
def test_who_stands_higher_may_all_that_the_lower_may_and_more(lower: str, higher: str) -> None:
    assert set(roles.ROLES[lower]) < set(roles.ROLES[higher])


def test_an_auditor_reads_and_does_nothing_else(staff: Callable[..., User]) -> None:
    assert {name for name in roles.ROLES["auditor"] if not name.startswith("view_")} == {"read_reports"}
    yao = staff("yao", "auditor")
    assert roles.may_see(yao) and roles.may_read_reports(yao)
    may = (roles.may_act, roles.may_reveal, roles.may_settle, roles.may_assign, roles.may_supervise, roles.may_teach)
    assert not any(each(yao) for each in (*may, roles.may_run_incidents))


@pytest.mark.parametrize(
    ("codename", "first"),
    [
        ("change_escalation", "agent"),
        ("reveal_number", "agent"),
        ("assign_escalation", "senior"),
        ("change_cannedreply", "senior"),
        ("settle_claim", "supervisor"),
        ("supervise_desk", "supervisor"),
        ("approve_article", "supervisor"),
        ("approve_lesson", "supervisor"),
        ("run_incident", "supervisor"),
        ("change_experiment", "supervisor"),
        ("add_apitoken", "admin"),
        ("add_user", "admin"),
        ("change_user", "admin"),
    ],
)
def test_what_is_delicate_begins_at_a_role(codename: str, first: str) -> None:
    ladder = ["agent", "senior", "supervisor", "admin"]
    assert [role for role in roles.ROLES if codename in roles.ROLES[role]] == ladder[ladder.index(first) :]


@pytest.mark.parametrize("role", roles.ROLES)
def test_no_role_edits_roles_or_makes_users_vanish(role: str) -> None:
    powers = {"add_group", "change_group", "delete_group", "delete_user", "change_permission", "add_permission"}
    assert powers & set(roles.ROLES[role]) == set()
