"""The pages of the second factor: enrol, the recovery codes once, the code at sign-in, the lost device."""

from __future__ import annotations

import io
import time

import django_otp
import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from support.accounts import lockout, second_factor
from support.accounts.pages import hardened, next_address, plain, user_of
from support.accounts.second_factor import Checked
from support.models import Authenticator

WRONG = "Ce code n'est pas le bon, ou il a déjà servi. Attendez le suivant sur votre téléphone."
NO_CODE = "Ce code n'est pas le bon, ou il a déjà servi."
FRESH_SECONDS = 600  # so long after a code one may change the telephone and the codes: a stolen session may not
SHOWN_AT = "second_factor_at"
AGAIN = {"enrol": "accounts:enrol", "codes": "accounts:sessions"}  # what a code is asked for once more, and where to go


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The code of the telephone, after the password."""
    return _ask(request, "accounts/verify.html", WRONG)


@require_http_methods(["GET", "POST"])
def lost(request: HttpRequest) -> HttpResponse:
    """The telephone is not at hand: a recovery code, or a colleague."""
    return _ask(request, "accounts/lost.html", NO_CODE)


@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """A first telephone; or another one, for who has shown the old."""
    user = user_of(request)
    if second_factor.has_device(user) and not second_factor.is_verified(request.session, user):
        return redirect("accounts:verify")
    if second_factor.has_device(user) and not _is_fresh(request):
        return _once_more("enrol")
    if lockout.is_locked(request, user):
        return lockout.page(request)
    error = ""
    if request.method == "POST":
        checked, codes = second_factor.confirm(user, request.POST.get("code", ""))
        if checked.device:
            _enter(request, checked)
            return plain(request, "accounts/codes.html", {"codes": codes, "next": next_address(request), "first": True})
        error = _refused(request, checked, WRONG)
    device = second_factor.pending(user)
    context = {"secret": second_factor.secret(device), "error": error, "next": next_address(request)}
    return plain(request, "accounts/enrol.html", context, 422 if error else 200)


@require_GET
def qr(request: HttpRequest) -> HttpResponse:
    """The code to scan: of the device that is being enrolled, never of one in use."""
    device = Authenticator.objects.filter(user=user_of(request), confirmed=False).first()
    if device is None:
        return HttpResponse(status=404)
    drawing = io.BytesIO()
    segno.make(device.config_url, error="m").save(drawing, kind="svg", scale=5, border=3, light="#fff", xmldecl=False)
    answer = HttpResponse(drawing.getvalue(), content_type="image/svg+xml")
    hardened(answer)
    return answer


@require_POST
def codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes, for who has shown the second factor."""
    user = user_of(request)
    if not second_factor.is_verified(request.session, user):
        messages.error(request, "Connectez-vous d'abord avec votre téléphone.")
        return redirect("accounts:sessions")
    if not _is_fresh(request):
        return _once_more("codes")
    found = second_factor.renew_codes(user)
    return plain(request, "accounts/codes.html", {"codes": found, "next": "", "first": False})


def _ask(request: HttpRequest, template: str, wrong: str) -> HttpResponse:
    user = user_of(request)
    if not second_factor.has_device(user):
        return redirect("accounts:enrol")
    again = request.POST.get("again") or request.GET.get("again") or ""
    if second_factor.is_verified(request.session, user) and again not in AGAIN:
        return redirect(next_address(request))
    if lockout.is_locked(request, user):
        return lockout.page(request)
    error = ""
    if request.method == "POST":
        checked = second_factor.check(user, request.POST.get("code", "")[:40])
        if checked.device:
            _enter(request, checked)
            return redirect(AGAIN[again] if again in AGAIN else next_address(request))
        error = _refused(request, checked, wrong)
    context = {"error": error, "next": next_address(request), "again": again if again in AGAIN else ""}
    return plain(request, template, context, 422 if error else 200)


def _is_fresh(request: HttpRequest) -> bool:
    at = request.session.get(SHOWN_AT)
    return isinstance(at, int) and 0 <= time.time() - at < FRESH_SECONDS


def _once_more(what: str) -> HttpResponse:
    return redirect(f"{reverse('accounts:verify')}?again={what}")


def _enter(request: HttpRequest, checked: Checked) -> None:
    user = user_of(request)
    django_otp.login(request, checked.device)
    request.session.cycle_key()
    request.session[SHOWN_AT] = int(time.time())
    lockout.clear(user)
    left = second_factor.codes_left(user)
    if not isinstance(checked.device, Authenticator):
        messages.warning(request, f"Il vous reste {left} codes de secours. Enregistrez vite votre nouveau téléphone.")


def _refused(request: HttpRequest, checked: Checked, wrong: str) -> str:
    lockout.wrong_code(request, user_of(request))
    if checked.wait_seconds:
        return f"Trop d'essais à la suite. Attendez {checked.wait_seconds} s, puis entrez un nouveau code."
    return wrong
