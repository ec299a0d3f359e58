"""A password alone opens nothing; a code opens once; a lost telephone has a way back, on the record."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django_otp.plugins.otp_static.models import StaticToken

from support.accounts import second_factor
from support.models import AuditEvent, Authenticator
from tests.support.accounts.conftest import Staff, code_of, signed_in, with_password

VERIFY, ENROL = "/admin/accounts/second-factor/", "/admin/accounts/second-factor/enrol/"


@pytest.fixture
def awa(staff: Staff) -> User:
    return staff("awa")


def test_the_code_of_the_telephone_opens_and_leads_on(awa: User) -> None:
    browser = with_password(awa)
    page = browser.get("/admin/file/?mine=1")
    assert page["Location"] == f"{VERIFY}?next=%2Fadmin%2Ffile%2F%3Fmine%3D1"
    answer = browser.post(VERIFY, {"code": code_of(awa), "next": "/admin/file/?mine=1"})
    assert answer["Location"] == "/admin/file/?mine=1"
    assert browser.get("/admin/file/").status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_it_leads_nowhere_else(elsewhere: str, awa: User) -> None:
    answer = with_password(awa).post(VERIFY, {"code": code_of(awa), "next": elsewhere})
    assert answer["Location"] == "/admin/"


def test_a_code_opens_once(awa: User) -> None:
    code = code_of(awa)
    first, second = with_password(awa), with_password(awa)
    assert first.post(VERIFY, {"code": code}).status_code == 302
    refused = second.post(VERIFY, {"code": code})
    assert refused.status_code == 422 and second.get("/admin/file/").status_code == 302


def test_after_a_wrong_code_even_the_right_one_has_to_wait(awa: User) -> None:
    browser = with_password(awa)
    browser.post(VERIFY, {"code": "000000"})
    answer = browser.post(VERIFY, {"code": code_of(awa)})
    assert answer.status_code == 422 and "Attendez" in answer.content.decode()


def test_who_has_no_telephone_yet_enrols_and_gets_ten_codes_once(staff: Staff) -> None:
    koffi = staff("koffi", enrolled=False)
    browser = with_password(koffi)
    assert browser.get("/admin/")["Location"].startswith(ENROL)
    page = browser.get(ENROL)
    assert second_factor.secret(Authenticator.objects.get(user=koffi)) in page.content.decode()
    assert browser.get("/admin/accounts/second-factor/qr.svg")["Content-Type"] == "image/svg+xml"
    assert browser.post(ENROL, {"code": "000000"}).status_code == 422
    Authenticator.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    done = browser.post(ENROL, {"code": code_of(koffi, confirmed=False)})
    assert done.status_code == 200 and "no-store" in done["Cache-Control"]
    assert len(done.context["codes"]) == 10 and browser.get("/admin/file/").status_code == 200
    assert not any(code in browser.get(ENROL).content.decode() for code in done.context["codes"])
    assert AuditEvent.objects.filter(action="second_factor_on", actor=koffi).count() == 1


def test_a_password_alone_enrols_no_second_telephone(awa: User) -> None:
    browser = with_password(awa)
    assert browser.get(ENROL)["Location"] == VERIFY
    assert browser.post(ENROL, {"code": "000000"})["Location"] == VERIFY
    assert browser.get("/admin/accounts/second-factor/qr.svg").status_code == 404
    assert Authenticator.objects.filter(user=awa).count() == 1


def test_a_new_telephone_takes_the_place_of_the_old(awa: User) -> None:
    browser, old = signed_in(awa), Authenticator.objects.get(user=awa)
    browser.get(ENROL)
    assert browser.post(ENROL, {"code": code_of(awa, confirmed=False)}).status_code == 200
    assert Authenticator.objects.get(user=awa).pk != old.pk
    assert browser.get("/admin/file/").status_code == 200


def test_a_recovery_code_opens_once(awa: User) -> None:
    codes = second_factor.renew_codes(awa)
    browser = with_password(awa)
    assert browser.post(f"{VERIFY}lost/", {"code": f" {codes[3].upper()} "}).status_code == 302
    assert browser.get("/admin/file/").status_code == 200
    assert second_factor.codes_left(awa) == 9
    assert with_password(awa).post(f"{VERIFY}lost/", {"code": codes[3]}).status_code == 422


def test_the_database_alone_gives_neither_codes_nor_the_secret(awa: User, settings: object) -> None:
    codes = second_factor.renew_codes(awa)
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert not stored & {code.replace("-", "") for code in codes}
    device = Authenticator.objects.get(user=awa)
    before = device.bin_key
    assert before != bytes.fromhex(device.key)
    settings.INDEX_KEY = "another"  # type: ignore[attr-defined]
    assert device.bin_key != before


def test_an_administrator_resets_a_lost_telephone_and_the_next_sign_in_enrols(staff: Staff, awa: User) -> None:
    working, boss = signed_in(awa), signed_in(staff("boss", "admin"))
    answer = boss.post(f"/admin/accounts/{awa.pk}/reset-second-factor/")
    assert answer.status_code == 302
    assert working.get("/admin/file/")["Location"].startswith("/admin/login/")
    assert with_password(awa).get("/admin/file/")["Location"].startswith(ENROL)
    assert AuditEvent.objects.get(action="second_factor_reset").target == f"user:{awa.pk}"


def test_nobody_resets_their_own_nor_that_of_somebody_with_more(staff: Staff) -> None:
    user, root = staff("boss", "admin"), staff("root", "", superuser=True)
    boss = signed_in(user)
    for one in (user, root):
        assert boss.post(f"/admin/accounts/{one.pk}/reset-second-factor/").status_code == 403
    assert Authenticator.objects.count() == 2
    with pytest.raises(PermissionError):
        second_factor.reset(user, user)


def test_the_pages_before_the_door_are_held_to_the_strict_policy(awa: User) -> None:
    policy = with_password(awa).get(VERIFY)["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_django_otps_own_pages_which_show_secrets_are_closed(staff: Staff) -> None:
    root = signed_in(staff("root", "", superuser=True))
    assert root.get("/admin/otp_totp/totpdevice/").status_code == 404
    assert root.get("/admin/otp_static/staticdevice/").status_code == 404


def test_where_it_is_switched_off_a_password_is_enough(awa: User, settings: object) -> None:
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]
    assert with_password(awa).get("/admin/file/").status_code == 200


def test_somebody_elses_verified_device_verifies_nobody_here(staff: Staff, awa: User) -> None:
    browser, other = with_password(awa), staff("other")
    session = browser.session
    session["otp_device_id"] = Authenticator.objects.get(user=other).persistent_id
    session.save()
    assert browser.get("/admin/file/").status_code == 302
