"""Without the second factor every route under /admin/ is closed, and the console's socket with them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import get_resolver

from support.accounts.door import OPEN
from support.console import gate
from support.models import Authenticator
from tests.support.accounts.conftest import Staff, signed_in, with_password
from tests.support.routes import admin_routes

WAYS = {"/admin/accounts/second-factor/", "/admin/accounts/second-factor/enrol/"}


@pytest.mark.parametrize("enrolled", [True, False])
def test_no_route_answers_before_the_second_factor(enrolled: bool, staff: Staff) -> None:
    browser = with_password(staff("root", "", superuser=True, enrolled=enrolled))
    routes = admin_routes(get_resolver())
    assert len(routes) > 100
    for name, address in routes.items():
        if name in OPEN:
            continue
        got, posted = browser.get(address), browser.post(address, {}, "application/json")
        assert got.status_code == 302 and got["Location"].partition("?")[0] in WAYS, name
        assert posted.status_code == 403 and posted.json()["code"] == "second_factor", name


def scope_of(browser: Any) -> dict[str, Any]:
    return {"cookies": {key: morsel.value for key, morsel in browser.cookies.items()}}


def test_the_socket_opens_only_after_the_second_factor_and_closes_with_it(staff: Staff) -> None:
    awa = staff("awa")
    assert gate.entitled_user(scope_of(with_password(awa))) is None
    scope = scope_of(signed_in(awa))
    assert gate.entitled_user(scope) == awa
    Authenticator.objects.all().delete()
    assert gate.entitled_user(scope) is None


def test_the_socket_of_an_ended_session_is_closed(staff: Staff) -> None:
    awa: User = staff("awa")
    browser = signed_in(awa)
    scope = scope_of(browser)
    signed_in(awa).post("/admin/accounts/sessions/end-others/")
    assert gate.entitled_user(scope) is None
