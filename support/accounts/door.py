"""The door of /admin/: a session that was ended is over, and without the second factor only the way to it is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import urlencode

from support.accounts import lockout, second_factor, sessions
from support.problems import document

PREFIX = "/admin/"
OPEN = {  # views for who has shown a password and nothing else yet
    "accounts:verify",
    "accounts:lost",
    "accounts:enrol",
    "accounts:qr",
    "accounts:invitation",
    "admin:login",
    "admin:logout",
}


class StaffDoor(MiddlewareMixin):
    """Looks at every request under /admin/ before its view does."""

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: Any) -> HttpResponse | None:
        """None lets it pass."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if (
            name == "admin:login"
            and request.method == "POST"
            and lockout.is_shut(request, request.POST.get("username"))
        ):
            return lockout.page(request)  # before a form is read or a page drawn for who only guesses
        if not request.path_info.startswith(PREFIX) or not isinstance(request.user, User) or not request.user.is_staff:
            return None
        row = sessions.current(request.session, request.user)
        if row is None:
            logout(request)
            return None
        sessions.touch(request, row, request.user)
        if name in OPEN or second_factor.is_satisfied(request.session, request.user):
            return None
        return _to_the_second_factor(request)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """What is under /admin/ stays in no cache: the next person at the computer gets nothing by going back."""
        if request.path_info.startswith(PREFIX):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response


def _to_the_second_factor(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return document(403, "Confirmez d'abord votre connexion avec votre téléphone.", code="second_factor")
    step = "accounts:verify" if second_factor.has_device(request.user) else "accounts:enrol"  # type: ignore[arg-type]
    return redirect(f"{reverse(step)}?{urlencode({'next': request.get_full_path()})}")
