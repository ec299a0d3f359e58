"""The staff of a demonstration. Their password is made on this machine, stays on it, and exists in no server."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group, User

from support.console.roles import sync_roles
from support.db import write

STAFF = {
    "awa": "agent",
    "koffi": "agent",
    "aya": "senior",
    "mariam": "supervisor",
    "yao": "auditor",
    "admin": "",
}  # username → group; "" is a superuser
NAMES = {
    "awa": "Awa", "koffi": "Koffi", "aya": "Aya", "mariam": "Mariam", "yao": "Yao", "admin": "Administration",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Login:
    """What the start page of a demonstration prints."""

    username: str
    password: str
    role: str


class NotADemo(Exception):
    """This installation may hold real customers: it gets no users with a known password."""


def allowed() -> bool:
    """Whether demonstration users may exist here: on a laptop, or in DEBUG."""
    return settings.EMBEDDED or settings.DEBUG


def seed() -> list[Login]:
    """Create the roles and the missing users; existing ones keep what they have. Raises NotADemo on a server."""
    if not allowed():
        raise NotADemo("Demo users exist only embedded (no DATABASE_URL) or with DEBUG=1.")
    password = _password()
    with write():
        sync_roles()
        for username, role in STAFF.items():
            _user(username, role, password)
    return logins()


def logins() -> list[Login]:
    """The demonstration users whose password is still the printed one."""
    if not allowed() or not _file().exists():
        return []
    password = _password()
    users = User.objects.filter(username__in=STAFF, is_active=True).order_by("pk")
    return [
        Login(user.username, password, STAFF[user.username] or "superuser")
        for user in users
        if user.check_password(password)
    ]


def _user(username: str, role: str, password: str) -> None:
    user, is_new = User.objects.get_or_create(
        username=username,
        defaults={"first_name": NAMES[username], "is_staff": True, "is_superuser": not role},
    )
    if is_new:
        user.set_password(password)
        user.save(update_fields=["password"])
        if role:
            user.groups.add(Group.objects.get(name=role))


def _file() -> Path:
    return Path(settings.VAR_DIR) / "demo-password"


def _password() -> str:
    """The installation's own, made on first use; readable by its owner only."""
    if not _file().exists():
        _file().touch(mode=0o600)
        _file().write_text(secrets.token_urlsafe(9))
    return _file().read_text().strip()
