"""The doors of the supervisor's pages: who may read, which report, as a page or as a file on the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_GET

from support import clock, db
from support.console import roles
from support.console.reports import (
    activity,
    breakdown,
    case_list,
    choices,
    claim_list,
    counted,
    files,
    links,
    listing,
    money,
    promised,
)
from support.console.reports.cells import Page
from support.insight.desk import live
from support.insight.desk import scope as scopes
from support.insight.desk.scope import Scope
from support.privacy import audit


class Report(NamedTuple):
    """A page of figures; ``timed`` when the period matters, ``own`` when it has no tab and is narrowed by its link."""

    title: str
    make: Callable[[Scope, datetime], Page]
    timed: bool = True
    own: bool = False


REPORTS: Mapping[str, Report] = {
    "synthese": Report("Synthèse", activity.overview),
    "repartition": Report("Répartition", breakdown.breakdown),
    links.PROMISES: Report("Promesses", promised.kept_promises),
    "francs": Report("Francs bloqués", money.blocked_francs, timed=False),
    links.CASES: Report("Demandes", listing.cases),
    links.CLAIMS: Report("Dossiers", listing.claims, timed=False),
    links.COUNTED: Report("Cas du radar", counted.page, timed=False, own=True),
}
LISTS = {links.CASES: case_list, links.CLAIMS: claim_list}


@require_GET
def report(request: HttpRequest, name: str = "synthese") -> HttpResponse:
    """One report as a page."""
    _require(roles.may_read_reports, request)
    if name not in REPORTS:
        raise Http404("Ce rapport n'existe pas.")
    now = clock.now()
    scope, chosen = _scope(request, now), REPORTS[name]
    query, page = links.address(scope), chosen.make(scope, now)
    context = {
        "page": page,
        "scope": scope,
        "name": name,
        "timed": chosen.timed,
        "tabs": [
            (reverse("console:report", args=[each]) + f"?{query}", made.title, each == name)
            for each, made in REPORTS.items()
            if not made.own
        ],
        "own": chosen.own,
        "periods": choices.periods(scope),
        "menus": choices.menus(scope),
        "query": links.address(scope, only=scope.only) if page.whole else query,
        "listed": name in LISTS,
        "since": _day(scope.days[0]),
        "until": _day(scope.days[-1]),
    }
    return _page(request, "console/reports/report.html", f"Rapports : {chosen.title}", context)


@require_GET
def export(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """One report, or the list of cases, as a file; who took it is on the record."""
    user = _require(roles.may_read_reports, request)
    if name not in REPORTS or kind not in files.TYPES:
        raise Http404("Ce fichier n'existe pas.")
    now = clock.now()
    scope = _scope(request, now)
    with db.write():
        details = {"format": kind, "from": scope.since.isoformat(), "to": scope.until.isoformat()}
        audit.record(user, "export", f"report:{name}", details)
    content = files.written(kind, _sheets(name, scope, now))
    filename = f"{name}-{timezone.localtime(now):%Y%m%d-%H%M}.{kind}"
    return HttpResponse(
        content, content_type=files.TYPES[kind], headers={"Content-Disposition": f'attachment; filename="{filename}"'}
    )


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The live board: a frame that its script fills and keeps true."""
    _require(roles.may_supervise, request)
    return _page(request, "console/reports/board.html", "Tableau de bord", {})


@require_GET
def board_state(request: HttpRequest) -> HttpResponse:
    """What the board shows, as JSON."""
    if not roles.may_supervise(request.user):
        return JsonResponse({"detail": "Ce tableau n'est pas ouvert à votre rôle."}, status=403)
    return JsonResponse(live.snapshot(clock.now()), headers={"Cache-Control": "no-store"})


def _sheets(name: str, scope: Scope, now: datetime) -> Sequence[files.Sheet]:
    """A list is whole in its file, where its page shows the first rows."""
    if name not in LISTS:
        return files.sheets(REPORTS[name].make(scope, now))
    return [(REPORTS[name].title, [LISTS[name].HEADS, *LISTS[name].rows(scope, now)])]


def _day(day: date) -> str:
    return date_format(day, "j F Y") if day.day > 1 else date_format(day, r"1\e\r F Y")


def _scope(request: HttpRequest, now: datetime) -> Scope:
    asked = request.GET.dict()
    if asked.get("from") and asked.get("to"):
        asked["period"] = "custom"
    return scopes.read(asked, now)


def _require(allowed: Callable[[User], bool], request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not allowed(request.user):
        raise PermissionDenied
    return request.user


def _page(request: HttpRequest, template: str, title: str, more: Mapping[str, object]) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **more})
