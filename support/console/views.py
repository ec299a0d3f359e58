"""The pages of the console. Queue and case are filled by the web socket: what stands here of them is the frame."""

from __future__ import annotations

import uuid

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from support import clock, instructions
from support.accounts.pages import framed, user_of
from support.console import choices, lessons, merging, passing, roles, selectors
from support.console import spending as costs
from support.models import Conversation


def front(request: HttpRequest) -> HttpResponse:
    """`/admin/`: the queue for those who work in it, the records for the others."""
    return redirect("console:queue") if roles.may_see(request.user) else admin.site.index(request)


def queue(request: HttpRequest) -> HttpResponse:
    """The live queue."""
    _require_may_see(request)
    more: dict[str, object] = {
        "choices": choices.for_queue(user_of(request), clock.now()),
    }
    return _page(request, "console/queue.html", "File d'attente", more)


def case(request: HttpRequest, conversation: uuid.UUID) -> HttpResponse:
    """One case."""
    _require_may_see(request)
    row = Conversation.objects.select_related("customer", "identity").filter(id=conversation).first()
    if row is None:
        raise Http404("Cette conversation n'existe pas.")
    more = {"conversation": row, "intents": lessons.intents(), **_choices(row)}
    if roles.may_merge(request.user):
        more["merge_reasons"] = merging.reasons().items()
    return _page(request, "console/case.html", selectors.customer_name(row), more)


def spending(request: HttpRequest) -> HttpResponse:
    """What voices cost."""
    if not roles.may_see_spending(request.user):
        raise PermissionDenied
    now = timezone.now()
    figures = {
        "periods": costs.periods(now),
        "budgets": costs.budgets(now),
        "may_see_case": roles.may_see(request.user),
    }
    return _page(request, "console/spending.html", "Dépenses des voix", figures)


def _require_may_see(request: HttpRequest) -> None:
    if not roles.may_see(request.user):
        raise PermissionDenied


def _choices(conversation: Conversation) -> dict[str, object]:
    reasons = passing.take_over_reasons()
    return {"instructions": instructions.choices(conversation.brand).items(), "take_over_reasons": reasons.items()}


def _page(request: HttpRequest, template: str, title: str, more: dict[str, object]) -> HttpResponse:
    return framed(request, template, title, {"may_act": roles.may_act(request.user), **more})
