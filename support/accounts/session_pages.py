"""« Mes sessions »: where one is signed in, and ending that."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from support import db
from support.accounts import second_factor, sessions
from support.accounts.pages import framed, user_of
from support.privacy import audit


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """One's own sessions and second factor."""
    user = user_of(request)
    here = sessions.current(request.session, user)
    context = {
        "sessions": sessions.live(user),
        "here": here.pk if here else None,
        "has_device": second_factor.has_device(user),
        "codes_left": second_factor.codes_left(user),
        "verified": second_factor.is_verified(request.session, user),
    }
    return framed(request, "accounts/sessions.html", "Mes sessions", context)


@require_POST
def end(request: HttpRequest, session: uuid.UUID) -> HttpResponse:
    """End one; 404 for one that is not one's own."""
    user = user_of(request)
    with db.write():
        if not sessions.end(user, session):
            raise Http404("Cette session n'existe pas.")
        audit.record(user, "session_ended", f"session:{session}")
    messages.success(request, "Session fermée.")
    return redirect("accounts:sessions")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End all but this one."""
    user = user_of(request)
    here = sessions.current(request.session, user)
    with db.write():
        count = sessions.end_all(user, but=here.pk if here else None)
        audit.record(user, "sessions_ended", f"user:{user.pk}", {"count": count})
    messages.success(request, "Toutes vos autres sessions sont fermées.")
    return redirect("accounts:sessions")
