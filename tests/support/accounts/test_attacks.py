"""Attacks on accounts that once worked: a stolen session, a link left behind, a password guessed from inside."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from support.accounts import second_factor
from support.models import AuditEvent, Authenticator, StaffSession
from tests.support.accounts.conftest import PASSWORD, Staff, code_of, signed_in
from tests.support.accounts.test_invitations import accept, invite

VERIFY, ENROL = "/admin/accounts/second-factor/", "/admin/accounts/second-factor/enrol/"
CODES, PASSWORD_PAGE = "/admin/accounts/second-factor/codes/", "/admin/password_change/"
NEW = "un tout autre mot de passe"


def an_hour_later(browser: Client) -> Client:
    """The session as a thief finds it: open for a while."""
    session = browser.session
    session["second_factor_at"] -= 3600
    session.save()
    return browser


def test_a_stolen_session_changes_neither_telephone_nor_codes(staff: Staff) -> None:
    awa = staff("awa")
    codes = second_factor.renew_codes(awa)
    thief = an_hour_later(signed_in(awa))
    assert thief.get(ENROL)["Location"] == f"{VERIFY}?again=enrol"
    second_factor.pending(awa)
    assert thief.post(ENROL, {"code": code_of(awa, confirmed=False)})["Location"] == f"{VERIFY}?again=enrol"
    assert thief.post(CODES)["Location"] == f"{VERIFY}?again=codes"
    assert Authenticator.objects.filter(user=awa, confirmed=True).count() == 1
    assert second_factor.check(awa, codes[0]).device, "the codes are still the old ones"


def test_who_shows_the_old_telephone_once_more_goes_on(staff: Staff) -> None:
    awa = staff("awa")
    browser = an_hour_later(signed_in(awa))
    page = browser.get(f"{VERIFY}?again=enrol").content.decode()
    assert 'name="again" value="enrol"' in page
    assert browser.post(VERIFY, {"code": code_of(awa), "again": "enrol"})["Location"] == ENROL
    assert browser.get(ENROL).status_code == 200


@pytest.mark.parametrize("fall", ["deactivated", "demoted"])
def test_a_link_made_before_a_fall_lets_nobody_in(fall: str, staff: Staff) -> None:
    """An administrator who sees it coming leaves a door open: an invitation to their own role, in their pocket."""
    mole, root = staff("mole", "admin"), signed_in(staff("root", "", superuser=True))
    path = invite(signed_in(mole), "admin")
    assert Client().get(path).status_code == 200
    if fall == "deactivated":
        root.post(f"/admin/accounts/{mole.pk}/deactivate/")
    else:
        mole.groups.set([Group.objects.get(name="agent")])
    assert Client().get(path).status_code == 404
    assert accept(path).status_code == 404
    assert not User.objects.filter(username="fatou").exists()


def test_a_link_for_a_password_does_not_outlive_its_makers_reach(staff: Staff) -> None:
    awa, mole = staff("awa"), staff("mole", "admin")
    page = signed_in(mole).post(f"/admin/accounts/{awa.pk}/password-link/").content.decode()
    found = re.search(r"/admin/accounts/invitation/[^<]+", page)
    assert found
    mole.groups.clear()
    assert Client().get(found[0]).status_code == 404


def changed(browser: Client, old: str) -> Any:
    return browser.post(PASSWORD_PAGE, {"old_password": old, "new_password1": NEW, "new_password2": NEW})


def test_from_inside_the_password_is_guessed_no_longer_than_from_outside(staff: Staff) -> None:
    awa = staff("awa")
    thief = signed_in(awa)
    assert [changed(thief, f"guess {number}").status_code for number in range(7)] == [200] * 4 + [429] * 3
    assert changed(thief, PASSWORD).status_code == 429, "the right one does not help either"
    awa.refresh_from_db()
    assert awa.check_password(PASSWORD)


def test_a_changed_password_is_on_record_and_ends_the_rows_of_the_others(staff: Staff) -> None:
    awa = staff("awa")
    here, _ = signed_in(awa), signed_in(awa)
    assert changed(here, PASSWORD).status_code == 302
    assert AuditEvent.objects.get(action="password_changed").target == f"user:{awa.pk}"
    assert StaffSession.objects.filter(user=awa, ended_at=None).count() == 1
    assert here.get("/admin/file/").status_code == 200


def test_what_superusers_do_to_accounts_and_roles_is_on_record(staff: Staff) -> None:
    awa, root = staff("awa"), signed_in(staff("root", "", superuser=True))
    working = signed_in(awa)
    body = {"username": "awa", "is_superuser": "on", "is_staff": "on", "is_active": "on"}
    assert root.post(f"/admin/auth/user/{awa.pk}/change/", body).status_code == 302
    assert AuditEvent.objects.get(action="roles_set").details == {"roles": [], "superuser": True, "permissions": []}
    said = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    assert root.post(f"/admin/auth/user/{awa.pk}/password/", said).status_code == 302
    assert AuditEvent.objects.get(action="password_set").target == f"user:{awa.pk}"
    assert working.get("/admin/file/")["Location"].startswith("/admin/login/")
    role = Group.objects.get(name="auditor")
    assert root.post(f"/admin/auth/group/{role.pk}/change/", {"name": "auditor", "permissions": []}).status_code == 302
    assert AuditEvent.objects.get(action="role_saved").details == {"name": "auditor", "permissions": []}
    assert root.post(f"/admin/auth/group/{role.pk}/delete/", {"post": "yes"}).status_code == 403
