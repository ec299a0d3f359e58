"""Guessing stops after five, from one address or from many; the person gets a page, and a colleague can help."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from support.models import AuditEvent, Authenticator
from tests.support.accounts.conftest import PASSWORD, Staff, code_of, signed_in, with_password

LOGIN, VERIFY = "/admin/login/", "/admin/accounts/second-factor/"


@pytest.fixture
def awa(staff: Staff) -> User:
    return staff("awa")


BROWSER = Client()  # one for all: making one reads every static file


def guess(password: str, address: str = "10.9.9.9", name: str = "awa", **headers: str) -> int:
    BROWSER.cookies.clear()
    said = {"username": name, "password": password}
    return BROWSER.post(LOGIN, said, REMOTE_ADDR=address, **headers).status_code  # type: ignore[arg-type]


def test_a_thousand_guesses_are_five(awa: User) -> None:
    answers = [guess(f"guess {number}") for number in range(1000)]
    assert answers[:4] == [200] * 4 and set(answers[4:]) == {429}
    assert guess(PASSWORD) == 429, "the right one does not help either"
    assert AuditEvent.objects.filter(action="locked_out", target=f"user:{awa.pk}").count() == 1


def test_another_browser_or_a_forged_header_is_still_the_same_address(awa: User) -> None:
    for number in range(5):
        guess("wrong", HTTP_USER_AGENT=f"browser {number}", HTTP_X_FORWARDED_FOR=f"1.2.3.{number}")
    assert guess(PASSWORD) == 429


def test_behind_a_proxy_the_client_is_locked_and_not_the_proxy(awa: User, settings: object) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]  # type: ignore[attr-defined]
    for _ in range(5):
        guess("wrong", "10.0.0.1", HTTP_X_FORWARDED_FOR="41.207.0.7")
    assert guess(PASSWORD, "10.0.0.1", HTTP_X_FORWARDED_FOR="41.207.0.7") == 429
    assert guess(PASSWORD, "10.0.0.1", HTTP_X_FORWARDED_FOR="41.207.0.8") == 302


def test_guesses_from_many_addresses_are_stopped_too(awa: User) -> None:
    answers = [guess("wrong", f"41.207.1.{number}") for number in range(20)]
    assert answers[:19] == [200] * 19 and answers[19] == 429
    assert guess(PASSWORD, "41.207.2.1") == 429


def test_it_ends_by_itself_and_trying_meanwhile_does_not_make_it_longer(awa: User) -> None:
    for _ in range(8):
        guess("wrong")
    assert AccessAttempt.objects.get().failures_since_start == 5
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert guess(PASSWORD) == 302


def test_the_page_says_for_how_long_and_what_to_do(awa: User) -> None:
    for _ in range(4):
        guess("wrong")
    answer = Client(REMOTE_ADDR="10.9.9.9").post(LOGIN, {"username": "awa", "password": "wrong"})
    assert answer["Retry-After"] == "900"
    for words in ("15 minutes", "superviseur", "Mot de passe oublié"):
        assert words in answer.content.decode()


def test_wrong_codes_count_and_the_password_in_between_forgets_none(awa: User) -> None:
    for _ in range(4):
        assert with_password(awa).post(VERIFY, {"code": "000000"}).status_code == 422
    assert with_password(awa).post(VERIFY, {"code": "000000"}).status_code == 429
    Authenticator.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    assert guess(PASSWORD, "127.0.0.1") == 429


def test_getting_in_by_both_steps_forgets_what_was_mistyped(awa: User) -> None:
    for _ in range(4):
        guess("wrong", "127.0.0.1")
    signed_in(awa)
    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize("role", ["supervisor", "admin"])
def test_a_supervisor_or_an_administrator_unlocks_on_the_record(role: str, staff: Staff, awa: User) -> None:
    for _ in range(5):
        guess("wrong")
    chief = signed_in(staff("chief", role))
    assert "bloqué" in chief.get("/admin/accounts/").content.decode()
    assert chief.post(f"/admin/accounts/{awa.pk}/unlock/").status_code == 302
    assert guess(PASSWORD) == 302
    assert AuditEvent.objects.get(action="unlock").target == f"user:{awa.pk}"


def test_an_agent_unlocks_nobody(staff: Staff, awa: User) -> None:
    assert signed_in(staff("koffi")).post(f"/admin/accounts/{awa.pk}/unlock/").status_code == 403


def test_neither_passwords_nor_codes_nor_names_are_kept_or_logged(awa: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    guess("secret-password")
    with_password(awa, "10.9.9.9").post(VERIFY, {"code": "secret-code"})
    rows = [f"{row.get_data} {row.post_data}" for row in AccessAttempt.objects.all()]
    assert rows and not any("secret" in row for row in rows)
    logged = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("axes"))
    assert logged and "secret" not in logged and "awa" not in logged and "10.9.9.9" not in logged


def test_a_name_that_does_not_exist_is_locked_the_same(awa: User) -> None:
    assert [guess("wrong", name="nobody") for _ in range(5)] == [200] * 4 + [429]
    assert not AuditEvent.objects.filter(action="locked_out").exists()


def test_code_of_the_telephone_is_refused_while_locked(awa: User) -> None:
    browser = with_password(awa)
    for _ in range(5):
        guess("wrong", "127.0.0.1")
    assert browser.post(VERIFY, {"code": code_of(awa)}).status_code == 429
