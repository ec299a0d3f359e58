"""Who may call the back office's part of the API: a living token with the right scope, not too often."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from ninja.security import HttpBearer

from support.backoffice import tokens
from support.models import ApiToken
from support.problems import Problem
from support.threads import run_in_db_thread
from support.transports import limits
from support.transports.addresses import request_address


class Scope(HttpBearer):
    """A bearer token made for ``scope``: 401 for none that lives, 403 for another scope, 429 for too many calls."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    async def __call__(self, request: HttpRequest) -> ApiToken:
        """The token's row, or a problem."""
        header = request.headers.get("Authorization", "")
        kind, _, token = header.partition(" ")
        return await self.authenticate(request, token.strip() if kind.lower() == "bearer" else "")

    async def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """The token's row, or a problem."""
        return await run_in_db_thread(_authorise, self.scope, token, request_address(request))


def _authorise(scope: str, token: str, address: str) -> ApiToken:
    row = tokens.find(token)
    if row is None:
        if wait := limits.retry_after("api-refused", settings.RATE_API_REFUSED_PER_ADDRESS, address):
            raise Problem(429, "Trop de jetons refusés.", retry_after=wait, code="rate_limited")
        raise Problem(401, "Un jeton valable est attendu : Authorization: Bearer akw_…", code="unauthorized")
    if not tokens.may(row, scope):
        raise Problem(403, f"Ce jeton n'a pas le droit « {scope} ».", code="forbidden")
    if wait := limits.retry_after("api", settings.RATE_API_CALLS, str(row.pk)):
        raise Problem(429, "Trop de demandes.", retry_after=wait, code="rate_limited")
    return row
