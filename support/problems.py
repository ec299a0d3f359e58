"""Errors of the REST API as RFC 9457 problem documents."""

from __future__ import annotations

import http
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError


class Problem(Exception):
    """An error to be shown to a caller of the API; ``members`` are extra members of the document."""

    def __init__(self, status: int, detail: str, *, retry_after: int = 0, **members: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.retry_after, self.members = status, detail, retry_after, members


def document(status: int, detail: str, *, retry_after: int = 0, **members: Any) -> HttpResponse:
    """The response for a problem of HTTP status ``status``."""
    body = {"type": "about:blank", "title": http.HTTPStatus(status).phrase, "status": status, "detail": detail}
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JsonResponse(body | members, status=status, content_type="application/problem+json", headers=headers)


def install(api: NinjaAPI) -> None:
    """Make every error of ``api`` a problem document."""

    @api.exception_handler(Problem)
    def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
        return document(error.status, error.detail, retry_after=error.retry_after, **error.members)

    @api.exception_handler(ValidationError)
    def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        faults = [{"field": ".".join(map(str, each["loc"][1:])), "detail": each["msg"]} for each in error.errors]
        return document(422, "La requête n'est pas valable.", errors=faults)

    @api.exception_handler(HttpError)
    def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
        return document(error.status_code, str(error))
