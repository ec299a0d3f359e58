"""A supervisor has looked at a low score: it leaves the board, and the record says who looked."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from support import clock, satisfaction
from support.console import roles
from support.console.actions import Unusable, body_of
from support.problems import document


@require_POST
def look(request: HttpRequest, rating: int) -> HttpResponse:
    """204, also when somebody was faster."""
    user = request.user
    if not isinstance(user, User):
        return document(401, "Votre session a expiré. Reconnectez-vous.", code="signed_out")
    if not roles.may_supervise(user):
        return document(403, "Ce tableau n'est pas ouvert à votre rôle.", code="forbidden")
    try:
        body_of(request)
    except Unusable as error:
        return document(422, str(error), code="unusable")
    if not satisfaction.look(rating, user, clock.now()):
        return document(404, "Cette note n'existe pas.", code="not_found")
    return HttpResponse(status=204)
