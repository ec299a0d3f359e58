"""« Comptes »: who may come in, what stands in their way, and what a supervisor or an administrator can do."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from support import db
from support.accounts import invitation_pages, invitations, lockout, second_factor, sessions, staff
from support.accounts.forms import ROLE_WORDS, InviteForm
from support.accounts.pages import framed, user_of
from support.models import Authenticator, StaffSession
from support.privacy import audit

Act = Callable[[User, User], str]


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, and the invitations that wait."""
    by = user_of(request)
    if not staff.may_unlock(by):
        raise PermissionDenied
    locked = lockout.locked_usernames()
    rows = [{"user": user, "role": _role(user), "locked": user.username in locked} for user in _everybody()]
    manages = staff.may_manage(by)
    context = {
        "rows": rows,
        "may_manage": manages,
        "form": InviteForm(by) if manages else None,
        "invitations": [(each, _word(each.role)) for each in invitations.waiting()] if manages else [],
    }
    return framed(request, "accounts/people.html", "Comptes", context)


@require_GET
def person(request: HttpRequest, user: int) -> HttpResponse:
    """One account: its sessions, its second factor."""
    by = user_of(request)
    if not staff.may_unlock(by):
        raise PermissionDenied
    row = _staff(user)
    context = {
        "person": row,
        "role": _role(row),
        "locked": row.username in lockout.locked_usernames(),
        "has_device": second_factor.has_device(row),
        "codes_left": second_factor.codes_left(row),
        "sessions": sessions.live(row) if staff.may_manage(by) else [],
        "may_manage": staff.may_manage(by),
        "may_touch": staff.may_touch(by, row),
    }
    return framed(request, "accounts/person.html", row.get_full_name() or row.username, context)


@require_POST
def act(request: HttpRequest, user: int, act: str) -> HttpResponse:
    """One of ``ACTS`` on an account, or a link for a new password."""
    by = user_of(request)
    if not staff.may_unlock(by):
        raise PermissionDenied
    if act != "password-link" and act not in ACTS:
        raise Http404
    row = _staff(user)
    if not (staff.may_unlock(by) if act == "unlock" else staff.may_touch(by, row)):
        raise PermissionDenied
    if act == "password-link":
        return invitation_pages.show_once(request, *invitations.invite_back(by, row))
    messages.success(request, ACTS[act](row, by))
    return redirect("accounts:person", row.pk)


def _unlock(user: User, by: User) -> str:
    lockout.unlock(user, by)
    return "Compte débloqué : la personne peut réessayer tout de suite."


def _reset(user: User, by: User) -> str:
    second_factor.reset(user, by)
    return "Second facteur réinitialisé : la personne l'enregistre à sa prochaine connexion."


def _end_sessions(user: User, by: User) -> str:
    with db.write():
        count = sessions.end_all(user)
        audit.record(by, "sessions_ended", f"user:{user.pk}", {"count": count})
    return "Toutes ses sessions sont fermées."


def _deactivate(user: User, by: User) -> str:
    count = staff.deactivate(user, by)
    return f"Compte désactivé. Cas remis dans la file : {count}."


def _reactivate(user: User, by: User) -> str:
    staff.reactivate(user, by)
    return "Compte réactivé."


ACTS: dict[str, Act] = {
    "unlock": _unlock,
    "reset-second-factor": _reset,
    "end-sessions": _end_sessions,
    "deactivate": _deactivate,
    "reactivate": _reactivate,
}


def _everybody() -> list[User]:
    enrolled = Authenticator.objects.filter(user=OuterRef("pk"), confirmed=True)
    last = StaffSession.objects.filter(user=OuterRef("pk")).order_by("-seen_at").values("seen_at")[:1]
    rows = User.objects.filter(is_staff=True).prefetch_related(Prefetch("groups")).order_by("-is_active", "username")
    return list(rows.annotate(enrolled=Exists(enrolled), seen=last))


def _staff(user: int) -> User:
    return get_object_or_404(User.objects.prefetch_related("groups"), pk=user, is_staff=True)


def _role(user: User) -> str:
    if user.is_superuser:
        return "Tous les droits"
    return ", ".join(_word(group.name) for group in user.groups.all()) or "Sans rôle"


def _word(role: str) -> str:
    return ROLE_WORDS.get(role, role).partition(" :")[0]
