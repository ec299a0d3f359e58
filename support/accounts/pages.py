"""What the pages of staff share: who asks, and an answer in the site's own plain frame or in the admin's."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme


def user_of(request: HttpRequest) -> User:
    """The member of staff who asks; the admin's door has made sure that it is one."""
    return cast("User", request.user)


def plain(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A page without the admin's theme, for who is not in yet; never kept by a browser."""
    answer = render(request, template, context, status=status)
    return cast("HttpResponse", hardened(answer))


def hardened(answer: HttpResponseBase) -> HttpResponseBase:
    """Held to the site's strict policy, and kept in no cache: it may show what is shown once."""
    answer.without_theme = True  # type: ignore[attr-defined]
    answer["Cache-Control"] = "no-store, private"
    return answer


def framed(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    """A page within the admin."""
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **context})


def next_address(request: HttpRequest) -> str:
    """Where the person wanted to go; only on this site, and never a page of the second factor itself."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if safe and asked.startswith("/") and "/second-factor/" not in asked else resolve_url("admin:index")
