"""Staff with a password and a telephone, behind the second factor."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django_otp.oath import TOTP

from support.console.roles import sync_roles
from support.models import Authenticator

PASSWORD = "un mot de passe de test"
Staff = Callable[..., User]


@pytest.fixture(autouse=True)
def _as_on_a_server(settings: object, transactional_db: None) -> None:
    settings.SECOND_FACTOR = True  # type: ignore[attr-defined]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]


@pytest.fixture
def staff() -> Staff:
    """Makes a member of staff in a role, with a telephone unless told otherwise."""
    sync_roles()

    def make(name: str, role: str = "agent", *, enrolled: bool = True, superuser: bool = False) -> User:
        user = User.objects.create_user(name, password=PASSWORD, is_staff=True, is_superuser=superuser)
        if role:
            user.groups.add(Group.objects.get(name=role))
        if enrolled:
            Authenticator.objects.create(user=user, name="telephone", confirmed=True)
        return user

    return make


def code_of(user: User, ahead: int = 0, confirmed: bool = True) -> str:
    """What the telephone of ``user`` shows now, or ``ahead`` steps of 30 seconds from now."""
    device = Authenticator.objects.get(user=user, confirmed=confirmed)
    totp = TOTP(device.bin_key)
    totp.time = time.time() + 30 * ahead
    return f"{totp.token():06d}"


def with_password(user: User, address: str = "127.0.0.1") -> Client:
    """A browser in which the right password was typed."""
    browser = Client(REMOTE_ADDR=address)
    answer = browser.post("/admin/login/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return browser


def signed_in(user: User) -> Client:
    """A browser that is in, by both steps."""
    browser = with_password(user)
    assert browser.post("/admin/accounts/second-factor/", {"code": code_of(user)}).status_code == 302
    Authenticator.objects.filter(user=user).update(last_t=-1)  # so that a test may sign in again at once
    return browser
