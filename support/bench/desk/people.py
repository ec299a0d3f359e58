"""Agents of a filled desk, and the cookie of each."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import Group, User
from django.http import HttpRequest

from support.console.roles import sync_roles


def agents(count: int) -> list[User]:
    """``count`` members of staff in the role of agent, the same ones at every call."""
    sync_roles()
    group = Group.objects.get(name="agent")
    found = []
    for number in range(count):
        user, _ = User.objects.get_or_create(username=f"agent{number}", defaults={"is_staff": True})
        user.groups.add(group)
        found.append(user)
    return found


def session(user: User) -> str:
    """The value of a session's cookie in which ``user`` is signed in, by the door that everybody comes in by."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session.save()
    return str(request.session.session_key)
