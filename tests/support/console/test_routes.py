"""Every route under /admin/ × every role: what routes.toml says, and nothing that it does not speak of."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from tests.support.routes import admin_routes

TABLE: Mapping[str, Mapping[str, str]] = tomllib.loads(
    Path(__file__).with_name("routes.toml").read_text(encoding="utf-8")
)
ROLES = ("anonymous", "roleless", "agent", "senior", "supervisor", "admin", "auditor")
ROUTES = admin_routes(get_resolver())


@pytest.fixture
def browsers(staff: Callable[..., User]) -> dict[str, Client]:
    """One signed-in browser a role; an account of each, and nothing else to see."""
    found = {"anonymous": Client()}
    for role in ROLES[1:]:
        found[role] = Client(raise_request_exception=False)
        found[role].force_login(staff(role, "" if role == "roleless" else role))
    return found


def told(answer: HttpResponse) -> str:
    """The answer in a word: « login » for the way to the door, else the status."""
    to_the_door = answer.status_code == 302 and answer["Location"].startswith("/admin/login/")
    return "login" if to_the_door else str(answer.status_code)


def asked(browsers: Mapping[str, Client], name: str, method: str) -> str:
    address = ROUTES[name]
    ask = {
        "get": lambda one: one.get(address),
        "post": lambda one: one.post(address, {}, "application/json"),
    }[method]
    return " ".join(told(ask(browsers[role])) for role in ROLES)


NOT_ASKED = {"admin:logout"}  # it would end the sessions that ask


def test_every_route_is_in_the_table_and_the_table_names_no_other() -> None:
    missing = sorted(set(ROUTES) - set(TABLE))
    assert not missing, "decide who may, and add to routes.toml: " + ", ".join(missing)
    assert sorted(set(TABLE) - set(ROUTES)) == []


def test_every_route_answers_every_role_as_decided(browsers: dict[str, Client]) -> None:
    """Ids are of nothing that exists: who may come in gets a 404, or is led away by the admin."""
    wrong = {}
    for name, ways in TABLE.items():
        for method, expected in ways.items():
            if name not in NOT_ASKED and (answer := asked(browsers, name, method)) != " ".join(expected.split()):
                wrong[f"{name} {method}"] = answer
    assert wrong == {}, f"in the order {ROLES}"


def test_nobody_is_served_who_was_not_decided_for() -> None:
    """The anonymous get the door, an account without a role no more than its own things."""
    own = {"accounts:sessions", "accounts:end-others", "accounts:verify", "accounts:lost", "accounts:enrol"}
    own |= {"accounts:codes", "accounts:qr", "accounts:end-session"}
    theirs = {"admin:index", "admin:jsi18n", "admin:logout", "admin:login", "admin:password_change", "console:front"}
    theirs |= {"admin:password_change_done", "accounts:invitation", "admin:toggle_sidebar", "admin:search"}
    for name, ways in TABLE.items():
        for method, expected in ways.items():
            anonymous, roleless, *_ = expected.split()
            if name not in theirs:
                assert anonymous in ("login", "401", "403", "404", "405"), (name, method)
                led_away = name.endswith("_history")  # the admin looks for the object before it looks at the person
                assert name in own or led_away or roleless in ("403", "404", "405"), (name, method)


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if str(uuid.UUID(int=7)) in ROUTES[name]))
def test_an_id_of_nothing_is_not_found_by_who_may_look(name: str) -> None:
    """As the table has it: whoever is not refused gets a 404, on every route with an id of ours."""
    for expected in TABLE[name].values():
        for role, answer in zip(ROLES, expected.split(), strict=True):
            if role != "anonymous":
                assert answer in ("403", "404", "405"), (name, role)
