"""A rule's trial: what it would have done to the latest cases; and the switch under it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from support.accounts.pages import framed, user_of
from support.console import roles, rule_words
from support.console.naming import customer_name
from support.models import Rule
from support.rules import acting, trial, writing
from support.rules.vocabulary import RuleError

VIEW, CHANGE = "support.view_rule", "support.change_rule"
SHOWN = 50


@require_GET
def show(request: HttpRequest, rule: int) -> HttpResponse:
    """The trial, for all who may see cases and rules."""
    user = user_of(request)
    if not (roles.may_see(user) and user.has_perm(VIEW)):
        raise PermissionDenied
    row = get_object_or_404(Rule, pk=rule)
    context = {
        "row": row,
        "tried": writing.version(row),
        "asked": rule_words.when(row),
        "may_change": user.has_perm(CHANGE),
        "cases": trial.CASES,
        **_tried(row),
    }
    return framed(request, "console/rule_trial.html", f"Règle « {row.name} »", context)


@require_POST
def switch(request: HttpRequest, rule: int) -> HttpResponse:
    """On or off, as the button said."""
    user = user_of(request)
    if not user.has_perm(CHANGE):
        raise PermissionDenied
    row = get_object_or_404(Rule, pk=rule)
    if request.POST.get("on") != "1":
        writing.switch_off(row, user)
        messages.success(request, "La règle n'agit plus.")
    else:
        try:
            writing.switch_on(row, user, request.POST.get("tried", ""))
        except RuleError as fault:
            messages.error(request, f"La règle reste arrêtée. {fault}")
        else:
            messages.success(request, "La règle est en service : elle agit sur ce qui arrive à partir de maintenant.")
    return redirect("console:rule-trial", rule=row.pk)


def _tried(row: Rule) -> dict[str, Any]:
    try:
        acts = writing.check(row)
        found = trial.attempt(row)
    except RuleError as fault:
        return {"fault": str(fault)}
    hits = [
        {
            "case": hit.case,
            "at": hit.at,
            "customer": customer_name(hit.case.conversation),
            "done": ", ".join(hit.done) or "rien de plus : c'était déjà fait",
        }
        for hit in found.hits[:SHOWN]
    ]
    done = ", ".join(acting.would_do(acts, acting.things(row.brand, acts)))
    more = len(found.hits) - len(hits)
    return {"done": done, "looked_at": found.looked_at, "count": len(found.hits), "hits": hits, "more": more}
