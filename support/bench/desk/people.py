"""Agents of a filled desk, and the cookie of each."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, User

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
    """The value of a session's cookie in which ``user`` is signed in."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)
