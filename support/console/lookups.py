"""The door of what a case page asks for by itself: GET, for those who may see the case, errors as problems."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from support.console import reveal, roles
from support.models import Conversation
from support.problems import document

Lookup = Callable[..., HttpResponse]
REVEAL_HEADER = "X-Reveal"


def lookup(look: Lookup) -> Lookup:
    """Staff, permission, a conversation that exists; ``look(request, conversation, user, …)`` does the rest."""

    @functools.wraps(look)
    def view(request: HttpRequest, conversation: uuid.UUID, **more: Any) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return document(401, "Votre session a expiré. Reconnectez-vous.", code="signed_out")
        if not roles.may_see(user):
            return document(403, "Votre rôle ne permet pas de voir cette conversation.", code="forbidden")
        row = Conversation.objects.select_related("identity", "customer").filter(id=conversation).first()
        if row is None:
            return document(404, "Cette conversation n'existe pas.", code="not_found")
        answer = look(request, row, user, **more)
        answer.headers["Cache-Control"] = "no-store, private"
        return answer

    return require_GET(view)


def sees_whole(request: HttpRequest, user: User, conversation: uuid.UUID) -> bool:
    """Whether the page shows the token that lets ``user`` see whole numbers here."""
    return reveal.is_granted(request.headers.get(REVEAL_HEADER), user, conversation)
