"""Every address under /admin/ that a browser can be led to, filled with what stands in the house."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from support.console.reports.files import TYPES
from support.console.reports.views import REPORTS
from support.models import Conversation, Incident, Invitation, Message, Rule, SavedView, StaffSession

ROUTES = Path(__file__).parent.parent / "support" / "console" / "routes.toml"
# Routes that answer a browser's GET and are no pages, each with the reason: what they are said to be is looked at.
DATA = {
    "accounts:qr": "a picture, on the page accounts:enrol",
    "admin:jsi18n": "a script of Django's own words",
    "console:aids": "drawn by the case: labels, mentions",
    "console:attachment": "a customer's file; drawn anew in tests/support/console/test_case_page.py",
    "console:board-state": "drawn by the board",
    "console:history": "drawn by the queue",
    "console:merge-compare": "drawn by a dialog of the case; test_merging_journey.py opens it on a name with script",
    "console:notices": "drawn by the bell",
    "console:report-file": "a file to keep; asked for in tests/support/console/test_data.py",
    "console:team": "drawn by the presence menu and the hand-over",
    "console:timeline": "drawn by the case",
    "console:why": "drawn by the case",
}
# Whose own id stands after that of a case.
OF_A_CASE = {"console:aids", "console:attachment", "console:merge-compare", "console:timeline", "console:why"}
NOT_OPENED = {
    **DATA,
    "admin:search": "a fragment for the theme's palette, which is not shown: names of our pages",
    "admin:login": "who is inside is led on; the test comes in through it",
    "admin:view_on_site": "no model has an address outside",
}
FORMS_OF_DJANGO = ("_add", "_delete", "_history")  # the change page's form, or the row's name in a page of the theme's
SHOWN_FOR = "admin:support_macro"  # the model for which those three are opened


def routes() -> dict[str, str]:
    """Name → why it is not opened, "" where it is: every route of the console that answers a GET."""
    table = tomllib.loads(ROUTES.read_text(encoding="utf-8"))
    found = {}
    for name, ways in table.items():
        answers = set(ways["get"].split()[1:])
        if answers <= {"405", "401", "403"} or name.startswith("admin:") and answers <= {"403"}:
            continue  # it takes a POST only, or nobody may
        of_django = name.startswith("admin:") and name.endswith(FORMS_OF_DJANGO) and not name.startswith(SHOWN_FOR)
        found[name] = NOT_OPENED.get(name, "as the page of a macro is" if of_django else "")
    return found


def addresses(case: Conversation, token: str) -> dict[str, list[str]]:
    """Of every route that is opened: where to find it, once for each of its rows or reports."""
    patterns = dict(_named(get_resolver(), ""))
    return {name: list(_filled(name, patterns[name], case, token)) for name, why in routes().items() if not why}


def data(case: Conversation) -> dict[str, list[str]]:
    """Of every route that answers with data: where to find it. tests/support/console/test_data.py asks there."""
    patterns = dict(_named(get_resolver(), ""))
    return {name: list(_of_data(name, patterns[name], case)) for name in DATA}


def _of_data(name: str, pattern: URLPattern, case: Conversation) -> Iterator[str]:
    if name == "console:report-file":
        yield from (reverse(name, args=[each, kind]) for each in REPORTS for kind in TYPES)
    elif name in OF_A_CASE:
        address = reverse(name, kwargs={"conversation": case.pk, **_arguments(name, pattern, case, "")})
        others = Conversation.objects.exclude(pk=case.pk) if name == "console:merge-compare" else []
        yield from (f"{address}?with={other.pk}" for other in others)
        yield address
    else:
        yield from _filled(name, pattern, case, "")


def _named(resolver: URLResolver, space: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _named(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{space}{entry.name}", entry


def _filled(name: str, pattern: URLPattern, case: Conversation, token: str) -> Iterator[str]:
    if name == "console:report":
        yield from (reverse(name, args=[each]) for each in REPORTS)
    elif "object_id" in pattern.pattern.converters:
        yield reverse(name, args=[_model(name)._default_manager.values_list("pk", flat=True)[0]])
    elif "id" in pattern.pattern.converters and name == "admin:auth_user_password_change":
        yield reverse(name, args=[_user(case)])
    elif pattern.pattern.regex.groups and not pattern.pattern.converters:
        yield reverse(name, kwargs={"app_label": "support"})
    else:
        yield reverse(name, kwargs=_arguments(name, pattern, case, token))


def _arguments(name: str, pattern: URLPattern, case: Conversation, token: str) -> dict[str, Any]:
    """What a route's parameters stand for. One that is not known here has to be added, or the page is not opened."""
    known: Mapping[str, Any] = {
        "conversation": case.pk,
        "user": _user(case),
        "token": token,
        "message": _picture(case),
        "place": 0,
        "seq": Message.objects.filter(conversation=case, author="bot").values_list("seq", flat=True)[0],
        "incident": Incident.objects.values_list("pk", flat=True).first(),
        "invitation": Invitation.objects.values_list("pk", flat=True).first(),
        "session": StaffSession.objects.values_list("pk", flat=True).first(),
        "rule": Rule.objects.values_list("pk", flat=True).first(),
        "view": SavedView.objects.values_list("pk", flat=True).first(),
    }
    unknown = set(pattern.pattern.converters) - set(known)
    assert not unknown, f"{name}: say in console_pages.py what {', '.join(unknown)} stands for, or why it is not opened"
    return {each: known[each] for each in pattern.pattern.converters}


def _model(name: str) -> type[models.Model]:
    """Of a page of the admin: « admin:support_claim_change » is Claim's."""
    return next(
        model
        for model in admin.site._registry
        if name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_")
    )


def _user(case: Conversation) -> int:
    agent = case.agent_id
    assert agent is not None
    return agent


def _picture(case: Conversation) -> object:
    """A message of the customer's that brought one."""
    return Message.objects.filter(conversation=case, kind="image", author="customer").values_list("pk", flat=True)[0]
