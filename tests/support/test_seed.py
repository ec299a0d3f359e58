"""``seed`` prepares a demonstration, again and again without harm, and never on a server."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client

from support import demo
from support.console.roles import ROLES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: object, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.EMBEDDED = tmp_path, True  # type: ignore[attr-defined]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]


def test_it_makes_one_of_each_role_two_agents_and_an_administrator() -> None:
    demo.seed()
    assert {u.username: [g.name for g in u.groups.all()] for u in User.objects.filter(is_superuser=False)} == {
        "awa": ["agent"],
        "koffi": ["agent"],
        "aya": ["senior"],
        "mariam": ["supervisor"],
        "yao": ["auditor"],
    }
    assert User.objects.get(is_superuser=True).username == "admin"


def test_everyone_can_sign_in_with_what_is_printed(client: Client) -> None:
    for login in demo.seed():
        answer = client.post("/admin/login/", {"username": login.username, "password": login.password})
        assert answer.status_code == 302


def test_a_second_time_changes_nothing() -> None:
    first = demo.seed()
    assert demo.seed() == first
    assert User.objects.count() == len(demo.STAFF)


def test_a_password_that_someone_changed_stays_changed_and_is_not_printed() -> None:
    demo.seed()
    awa = User.objects.get(username="awa")
    awa.set_password("chosen by a person")
    awa.save()
    assert "awa" not in [login.username for login in demo.seed()]
    awa.refresh_from_db()
    assert awa.check_password("chosen by a person")


def test_two_installations_have_two_passwords(settings: object, tmp_path: Path) -> None:
    first = demo.seed()[0].password
    User.objects.all().delete()
    settings.VAR_DIR = tmp_path / "other"  # type: ignore[attr-defined]
    (tmp_path / "other").mkdir()
    assert demo.seed()[0].password != first


def test_the_password_is_for_its_owner_only(tmp_path: Path) -> None:
    demo.seed()
    assert stat.S_IMODE((tmp_path / "demo-password").stat().st_mode) == 0o600


def test_a_server_gets_no_user_with_a_known_password(settings: object) -> None:
    settings.EMBEDDED, settings.DEBUG = False, False  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="only embedded"):
        call_command("seed")
    assert not User.objects.exists()
    assert demo.logins() == []


def test_a_server_asked_gently_gets_the_roles(settings: object) -> None:
    settings.EMBEDDED, settings.DEBUG = False, False  # type: ignore[attr-defined]
    call_command("seed", "--if-demo")
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
    assert not User.objects.exists()
