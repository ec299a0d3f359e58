"""Inviting, taking an invitation back, and the page that the invited sees."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from support.accounts import invitations, mail, staff
from support.accounts.forms import AcceptForm, InviteForm
from support.accounts.pages import plain, user_of
from support.models import Invitation

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """Make one, and show its link this once."""
    user = _manager(request)
    form = InviteForm(user, request.POST)
    if not form.is_valid():
        messages.error(request, "Choisissez un rôle que vous pouvez donner, et vérifiez l'adresse e-mail.")
        return redirect("accounts:people")
    return show_once(request, *invitations.invite(user, form.cleaned_data["role"], form.cleaned_data["email"]))


@require_POST
def resend(request: HttpRequest, invitation: uuid.UUID) -> HttpResponse:
    """A new link in place of the old."""
    user = _manager(request)
    row = _within_reach(user, invitation)
    try:
        return show_once(request, *invitations.resend(row, user))
    except invitations.InvitationError as error:
        messages.error(request, str(error))
        return redirect("accounts:people")


@require_POST
def revoke(request: HttpRequest, invitation: uuid.UUID) -> HttpResponse:
    """The link is worth nothing from now on."""
    user = _manager(request)
    invitations.revoke(_within_reach(user, invitation), user)
    messages.success(request, "Invitation révoquée.")
    return redirect("accounts:people")


def show_once(request: HttpRequest, row: Invitation, token: str) -> HttpResponse:
    """By e-mail where there is an address and a server for it, else on the screen, once."""
    link = settings.PUBLIC_URL + reverse("accounts:invitation", args=[token])
    sent = mail.send_link(row, link)
    return plain(request, "accounts/link.html", {"invitation": row, "link": "" if sent else link})


@csrf_protect
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """The invited chooses name and password, is signed in, and goes on to the second factor."""
    row = invitations.read(token)
    if row is None:
        return plain(request, "accounts/no_invitation.html", status=404)
    form = AcceptForm(row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            user = invitations.accept(
                row, said.get("username", ""), said.get("first_name", ""), said.get("last_name", ""), said["password"]
            )
        except invitations.InvitationError:
            return plain(request, "accounts/no_invitation.html", status=404)
        login(request, user, backend=BACKEND)
        return redirect("admin:index")
    return plain(request, "accounts/invitation.html", {"form": form, "invitation": row}, 422 if form.errors else 200)


def _manager(request: HttpRequest) -> User:
    user = user_of(request)
    if not staff.may_manage(user):
        raise PermissionDenied
    return user


def _within_reach(user: User, invitation: uuid.UUID) -> Invitation:
    """404 for one that is not there, 403 for one to a role or a person out of the user's reach."""
    row = get_object_or_404(Invitation.objects.select_related("user"), pk=invitation)
    reach = staff.may_touch(user, row.user) if row.user else row.role in invitations.grantable(user)
    if not reach:
        raise PermissionDenied
    return row
