"""The doors of addresses that are not about one case: staff, role, method, JSON; else a problem."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from support.console import roles
from support.console.actions import Unusable, body_of
from support.escalate import EscalationError
from support.problems import document

Act = Callable[..., HttpResponse]


def reads(act: Act) -> Act:
    """GET by those who may see the queue; ``act(user, query)``."""
    return _door(act, "GET", roles.may_see)


def changes_own(act: Act) -> Act:
    """POST of something that is the person's own, like a view; ``act(user, body, …)``."""
    return _door(act, "POST", roles.may_see)


def acts(act: Act) -> Act:
    """POST by those who may work on cases; ``act(user, body, …)``."""
    return _door(act, "POST", roles.may_act)


def _door(act: Act, method: str, may: Callable[[User], bool]) -> Act:
    @functools.wraps(act)
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return document(401, "Votre session a expiré. Reconnectez-vous.", code="signed_out")
        if not may(user):
            return document(403, "Votre rôle ne permet pas cette action.", code="forbidden")
        if request.method != method:
            return document(405, f"Seul {method} est possible ici.", code="method")
        try:
            given: Mapping[str, Any] = request.GET.dict() if method == "GET" else body_of(request)
            return act(user, given, *args, **kwargs)
        except Unusable as error:
            return document(422, str(error), code="unusable")
        except EscalationError as error:
            return document(409, str(error), code="conflict")

    return view
