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


def test_no_role_may_delete_or_edit_what_customers_said() -> None:
    experiments = {"add_experiment", "change_experiment", "run_experiment"}
    allowed = {"agent": {"change_escalation"}, "supervisor": {"change_escalation", "settle_claim"} | experiments}
    for role, codenames in roles.ROLES.items():
        writes = {name for name in codenames if not name.startswith("view_") and not name.endswith("_article")}
        assert writes == allowed[role]
        assert "delete_article" not in codenames


def test_only_a_supervisor_approves_articles() -> None:
    assert [name for name, codenames in roles.ROLES.items() if "approve_article" in codenames] == ["supervisor"]
