"""Who may hold a console socket open: a page of this very site, and a member of staff who is still signed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.module_loading import import_string

from support.accounts import second_factor, sessions
from support.console import roles

CHECK_SECONDS = 30.0  # how long a socket may outlive a sign-out or a lost permission


def same_origin(scope: Mapping[str, Any]) -> bool:
    """Whether the handshake comes from a page of this host. Sites that show the widget may not open the console."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    origin, host = headers.get(b"origin", ""), headers.get(b"host", "")
    return bool(origin == settings.PUBLIC_URL) or (origin != "" and urlsplit(origin).netloc == host)


def entitled_user(scope: Mapping[str, Any]) -> User | None:
    """The member of staff behind the scope's session, read anew; None when the console is not theirs."""
    request = HttpRequest()
    request.session = _session(scope)
    user: User | AnonymousUser = get_user(request)  # checks the session's hash, so a changed password signs out
    if not isinstance(user, User) or not roles.may_see(user):
        return None
    entered = sessions.current(request.session, user) and second_factor.is_satisfied(request.session, user)
    return user if entered else None


def _session(scope: Mapping[str, Any]) -> SessionBase:
    store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    session: SessionBase = store(scope["cookies"].get(settings.SESSION_COOKIE_NAME))
    return session
