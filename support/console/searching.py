"""The search's door: who may, what they typed, the page that follows another. Nothing of it is kept or logged.

The words come in the body of a POST that changes nothing: addresses end up in browser histories and in the logs of
proxies, and what is searched for is mostly somebody's number.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime

from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from support.console import appetite, roles
from support.console import search as results
from support.problems import document
from support.search.find import Place, find

LONGEST = 200  # characters of a query
SALT = "support.console.search"


@require_POST
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    """``{q, after}`` → ``{rows, after, empty}``; ``empty``: nothing in the query can be searched for."""
    user = request.user
    if not isinstance(user, User):
        return document(401, "Votre session a expiré. Reconnectez-vous.", code="signed_out")
    if not roles.may_see(user):
        return document(403, "Votre rôle ne permet pas de chercher.", code="forbidden")
    try:
        query, after = _asked(request.body)
    except ValueError:
        return document(422, "La recherche n'est pas lisible. Tapez-la de nouveau.", code="unusable")
    if seconds := appetite.wait(user, appetite.SEARCHES):
        return document(429, appetite.TOO_MANY, code="too_many", retry_after=seconds)
    page = find(query, after)
    return JsonResponse(
        {"rows": results.rows(page), "after": _sealed(page.following), "empty": bool(query.strip()) and not page.terms}
    )


def _asked(body: bytes) -> tuple[str, Place | None]:
    """Raises ValueError for anything but what the page sends."""
    try:
        asked = json.loads(body)
    except RecursionError:
        raise ValueError("too deep") from None
    match asked:
        case {"q": str(query), **more} if len(query) <= LONGEST:
            query.encode()  # half a surrogate pair is no text
            after = more.get("after")
            return query, _opened(after) if after else None
    raise ValueError("not a search")


def _sealed(place: Place | None) -> str | None:
    """Signed, so that nobody searches for a digest of their own making."""
    if place is None:
        return None
    return signing.dumps([place.token, place.at.isoformat(), place.conversation.hex], salt=SALT)


def _opened(sealed: object) -> Place:
    try:
        token, at, conversation = signing.loads(str(sealed), salt=SALT)
    except signing.BadSignature:
        raise ValueError("no place of ours") from None
    return Place(token, datetime.fromisoformat(at), uuid.UUID(conversation))
