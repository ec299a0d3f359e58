"""« Changer de mot de passe »: one's own, counted like a sign-in when the old one is wrong, and on record."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from support import db
from support.accounts import lockout, sessions
from support.accounts.pages import user_of
from support.privacy import audit

OLD = "old_password"


def change(request: HttpRequest) -> HttpResponse:
    """The admin's own page. Who sits at a stolen session guesses the password no longer than who stands outside."""
    user = user_of(request)
    if request.method != "POST":
        return admin.site.password_change(request)
    if lockout.is_locked(request, user):
        return lockout.page(request)
    here = sessions.current(request.session, user)
    with db.write():
        answer = admin.site.password_change(request)
        if answer.status_code == 302:
            sessions.end_all(user, but=here.pk if here else None)
            audit.record(user, "password_changed", f"user:{user.pk}")
            return answer
    form = (answer.context_data or {}).get("form")
    if form is not None and OLD in form.errors:
        lockout.wrong_code(request, user)
    return answer
