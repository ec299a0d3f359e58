"""« Mes sessions »: what is open, in plain words, and ending it; a changed password ends the others."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from support.accounts import sessions
from support.accounts.devices import name_of
from support.models import StaffSession
from tests.support.accounts.conftest import PASSWORD, Staff, signed_in, with_password

PAGE = "/admin/accounts/sessions/"


@pytest.fixture
def awa(staff: Staff) -> User:
    return staff("awa")


def shown(browser: Client) -> Any:
    return browser.get(PAGE).content.decode()


def test_a_session_is_shown_by_its_device_and_half_its_address(awa: User) -> None:
    browser = signed_in(awa)
    StaffSession.objects.update(device="Chrome sur Android")
    page = shown(browser)
    assert "Chrome sur Android" in page and "127.0.•.•" in page and "127.0.0.1" not in page
    assert "cette session" in page


def test_one_ends_another_and_all_others_and_stays(awa: User) -> None:
    here, there, elsewhere = signed_in(awa), signed_in(awa), signed_in(awa)
    second = StaffSession.objects.order_by("began_at")[1]
    assert here.post(f"{PAGE}{second.pk}/end/").status_code == 302
    assert there.get("/admin/file/")["Location"].startswith("/admin/login/")
    assert elsewhere.get("/admin/file/").status_code == 200
    here.post(f"{PAGE}end-others/")
    assert elsewhere.get("/admin/file/")["Location"].startswith("/admin/login/")
    assert here.get("/admin/file/").status_code == 200


def test_nobody_ends_a_session_of_somebody_else_here(staff: Staff, awa: User) -> None:
    mine, other = signed_in(awa), signed_in(staff("koffi"))
    theirs = StaffSession.objects.get(user__username="koffi")
    assert mine.post(f"{PAGE}{theirs.pk}/end/").status_code == 404
    assert mine.post(f"{PAGE}{uuid.uuid4()}/end/").status_code == 404
    assert other.get("/admin/file/").status_code == 200


def test_a_changed_password_ends_the_others_and_keeps_this_one(awa: User) -> None:
    here, there = signed_in(awa), signed_in(awa)
    new = "un tout autre mot de passe"
    body = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/admin/password_change/", body).status_code == 302
    assert here.get("/admin/file/").status_code == 200
    assert there.get("/admin/file/")["Location"].startswith("/admin/login/")
    awa.refresh_from_db()
    assert sessions.live(awa).count() == 1


def test_twelve_quiet_hours_end_a_session(awa: User) -> None:
    browser = signed_in(awa)
    StaffSession.objects.update(seen_at=timezone.now() - timedelta(hours=11, minutes=59))
    assert browser.get("/admin/file/").status_code == 200
    assert timezone.now() - StaffSession.objects.get().seen_at < timedelta(minutes=1)
    StaffSession.objects.update(seen_at=timezone.now() - timedelta(hours=12, seconds=1))
    assert browser.get("/admin/file/")["Location"].startswith("/admin/login/")


def test_signing_out_ends_the_row_and_a_stolen_cookie_with_it(awa: User) -> None:
    browser = signed_in(awa)
    stolen = browser.cookies["sessionid"].value
    browser.post("/admin/logout/")
    assert StaffSession.objects.get().ended_at
    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert thief.get("/admin/file/")["Location"].startswith("/admin/login/")


def test_a_session_without_a_row_is_no_session(awa: User) -> None:
    browser = signed_in(awa)
    StaffSession.objects.all().delete()
    assert browser.get("/admin/file/")["Location"].startswith("/admin/login/")


def test_an_administrator_sees_and_ends_those_of_a_colleague(staff: Staff, awa: User) -> None:
    working, boss = signed_in(awa), signed_in(staff("boss", "admin"))
    assert "127.0.•.•" in boss.get(f"/admin/accounts/{awa.pk}/").content.decode()
    boss.post(f"/admin/accounts/{awa.pk}/end-sessions/")
    assert working.get("/admin/file/")["Location"].startswith("/admin/login/")


def test_the_pages_ask_the_database_as_often_for_many_as_for_few(staff: Staff) -> None:
    boss = signed_in(staff("boss", "admin"))
    boss.get("/admin/accounts/")

    def asked(page: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert boss.get(page).status_code == 200
        return len(seen)

    few = asked("/admin/accounts/"), asked(PAGE)
    for number in range(8):
        with_password(staff(f"agent{number}"))
        boss.post("/admin/accounts/invitations/", {"role": "agent"})
    assert (asked("/admin/accounts/"), asked(PAGE)) == few


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Linux; Android 14; SM-A155F) Chrome/126.0 Mobile Safari/537.36", "Chrome sur Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge sur Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/604.1", "Safari sur un iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox sur Linux"),
        ("Mozilla/5.0 (Android 13) SamsungBrowser/25.0 Chrome/121.0 Safari/537.36", "Samsung Internet sur Android"),
        ("<script>alert(1)</script>", "Appareil inconnu"),
        ("", "Appareil inconnu"),
    ],
)  # fmt: skip
def test_a_device_has_a_plain_name(user_agent: str, words: str) -> None:
    assert name_of(user_agent) == words


@pytest.mark.parametrize(
    ("address", "short"),
    [("41.207.12.9", "41.207.•.•"), ("2001:db8:1::7", "2001:db8:…"), ("", "–"), ("testserver", "–")],
)
def test_an_address_is_shortened(address: str, short: str) -> None:
    assert sessions.shorten(address) == short
