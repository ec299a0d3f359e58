"""The incident radar and the switch of the assistant: two pages for whoever answers for the service."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from chatbot import brand as brands
from support import clock, house_words
from support.accounts.pages import framed, user_of
from support.console import roles, words
from support.console.reports import links
from support.incidents import incidents, radar, switches
from support.minds import with_template
from support.models import Channel, Incident, Mode, ServiceSwitch

SHOWN = 20


def operators(brand: str) -> list[tuple[str, str]]:
    """Name and label of the brand's operators."""
    rows = brands.load(brand).operators.get("operator", [])
    return [(str(row["name"]), str(row["label"])) for row in rows] if isinstance(rows, list) else []


def kinds(brand: str) -> list[tuple[str, str]]:
    """Code and French of the brand's kinds of claim."""
    return [(kind, words.claim_kind(brand, kind)) for kind in brands.load(brand).flows if not kind.startswith("_")]


class IncidentForm(forms.Form):
    """What is known of a trouble of many; the radar fills it in."""

    name = forms.CharField(label="Nom", max_length=80, widget=UnfoldAdminTextInputWidget)
    kind = forms.ChoiceField(label="Nature", required=False, widget=UnfoldAdminSelectWidget)
    from_operator = forms.ChoiceField(label="Depuis", required=False, widget=UnfoldAdminSelectWidget)
    to_operator = forms.ChoiceField(label="Vers", required=False, widget=UnfoldAdminSelectWidget)
    began_at = forms.SplitDateTimeField(label="A commencé le", widget=UnfoldAdminSplitDateTimeWidget)
    notice = forms.CharField(
        label="Ce que l'assistant dit aux clients touchés (rien : il ne dit rien)",
        max_length=500, required=False, widget=UnfoldAdminTextareaWidget,
    )  # fmt: skip
    label = forms.CharField(label="Étiquette", max_length=40, required=False, widget=UnfoldAdminTextInputWidget)

    def __init__(self, brand: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        anything = [("", "Peu importe")]
        self.fields["kind"].choices = [*anything, *kinds(brand)]  # type: ignore[attr-defined]
        for name in ("from_operator", "to_operator"):
            self.fields[name].choices = [*anything, *operators(brand)]  # type: ignore[attr-defined]


class ClosingForm(forms.Form):
    """What everybody hit is told at the end."""

    closing = forms.CharField(
        label="Message à tous les clients touchés (rien : personne n'est prévenu)",
        max_length=500, required=False, widget=UnfoldAdminTextareaWidget,
    )  # fmt: skip


class SwitchForm(forms.Form):
    """How much the assistant does, and where."""

    channel = forms.ChoiceField(label="Canal", required=False, widget=UnfoldAdminSelectWidget)
    operator = forms.ChoiceField(label="Opérateur", required=False, widget=UnfoldAdminSelectWidget)
    mode = forms.ChoiceField(label="L'assistant", choices=Mode.choices, widget=UnfoldAdminSelectWidget)
    reason = forms.CharField(label="Pourquoi", max_length=200, widget=UnfoldAdminTextInputWidget)

    def __init__(self, brand: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = [("", "Tous"), *Channel.choices]  # type: ignore[attr-defined]
        self.fields["operator"].choices = [("", "Tous"), *operators(brand)]  # type: ignore[attr-defined]


def incidents_page(request: HttpRequest) -> HttpResponse:
    """The radar, what is open, and the form to declare. ``?from_operator=…``: as the radar saw it."""
    if not roles.may_read_reports(request.user):
        raise PermissionDenied
    brand, may_run = settings.BRAND, roles.may_run_incidents(request.user)
    form = IncidentForm(brand, request.POST or None, initial=_initial(request))
    if request.method == "POST":
        if not may_run:
            raise PermissionDenied
        if form.is_valid() and _declared(request, form.cleaned_data):
            return redirect("console:incidents")
    rows = Incident.objects.filter(brand=brand).select_related("label", "opened_by", "fixed_by")
    counted = rows.annotate(hit=Count("cases"), told=Count("cases__noticed_at"), closed=Count("cases__closing_told_at"))
    return framed(request, "console/incidents.html", "Incidents", {
        "blips": [_blip(brand, blip) for blip in radar.blips(brand, clock.now())],
        "incidents": [_incident(brand, row) for row in counted[:SHOWN]],
        "form": form,
        "closing": ClosingForm(),
        "may_run": may_run,
        "asked": bool(request.GET) or request.method == "POST",
    })  # fmt: skip


@require_POST
def fix(request: HttpRequest, incident: uuid.UUID) -> HttpResponse:
    """Close an incident and tell everybody."""
    if not roles.may_run_incidents(request.user):
        raise PermissionDenied
    row = get_object_or_404(Incident, id=incident)
    form = ClosingForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Le message dépasse 500 caractères.")
        return redirect("console:incidents")
    try:
        told = incidents.fix(row.id, form.cleaned_data["closing"], user_of(request), with_template(row.brand))
    except incidents.NotTaken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Incident clos. {told} client(s) seront prévenus." if told else "Incident clos.")
    return redirect("console:incidents")


def assistant_page(request: HttpRequest) -> HttpResponse:
    """How much the assistant does now, and the form that changes it."""
    if not roles.may_read_reports(request.user):
        raise PermissionDenied
    brand, may_run = settings.BRAND, roles.may_run_incidents(request.user)
    form = SwitchForm(brand, request.POST or None)
    if request.method == "POST":
        if not may_run:
            raise PermissionDenied
        if form.is_valid():
            said = form.cleaned_data
            where = switches.Where(brand, said["channel"], said["operator"])
            switches.turn(where, Mode(said["mode"]), user_of(request), said["reason"])
            messages.success(request, "Réglé : l'assistant suit dans quelques secondes.")
            return redirect("console:assistant")
    rows = ServiceSwitch.objects.filter(brand=brand).select_related("changed_by").order_by("channel", "operator")
    return framed(request, "console/assistant.html", "Assistant", {
        "rows": [_switch(row) for row in rows], "form": form, "may_run": may_run,
    })  # fmt: skip


def _declared(request: HttpRequest, said: dict[str, Any]) -> bool:
    brand = settings.BRAND
    wanted = incidents.Declaration(brand=brand, **said)
    try:
        row = incidents.declare(wanted, user_of(request), with_template(brand))
    except incidents.NotTaken as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, f"Incident déclaré. {row.cases.count()} conversation(s) touchée(s) jusqu'ici.")
    return True


def _initial(request: HttpRequest) -> dict[str, Any]:
    asked = ("kind", "from_operator", "to_operator", "name", "label", "notice")
    known = {name: request.GET.get(name, "") for name in asked}
    try:
        began = datetime.fromisoformat(request.GET.get("began_at", ""))
    except ValueError:
        began = clock.now()
    return {**known, "began_at": began}


def _blip(brand: str, blip: radar.Blip) -> dict[str, Any]:
    group = blip.group
    kind = words.claim_kind(brand, group.kind) if group.kind else "Nature inconnue"
    pair = f"{group.from_operator or '?'} → {group.to_operator or '?'}"
    notice = house_words.of_incident(brand, "notice", group.from_operator, group.to_operator)
    known = {
        "kind": group.kind, "from_operator": group.from_operator, "to_operator": group.to_operator,
        "name": f"{kind} {pair}"[:80], "label": "incident", "notice": notice,
    }  # fmt: skip
    return {
        "kind": kind,
        "error": words.code("intents", group.error) if group.error else "",
        "sentence": radar.sentence(blip),
        "covered": radar.covered(brand, group),
        "cases": links.counted(blip),
        "count": blip.count,
        "notice": notice,
        "at_once": IncidentForm(brand, initial=known | {"began_at": blip.first_at}, auto_id=False),
        "link": "?" + urlencode(known | {"began_at": blip.first_at.isoformat()}),
    }  # fmt: skip


def _incident(brand: str, row: Incident) -> dict[str, Any]:
    about = [words.claim_kind(brand, row.kind)] if row.kind else []
    about += [f"{row.from_operator or '?'} → {row.to_operator or '?'}"] if row.from_operator or row.to_operator else []
    closing = house_words.of_incident(brand, "closing", row.from_operator, row.to_operator)
    return {"row": row, "about": ", ".join(about) or "Tout", "closing": closing}


def _switch(row: ServiceSwitch) -> dict[str, Any]:
    channel = Channel(row.channel).label if row.channel else "Tous les canaux"
    return {"where": f"{channel}, {row.operator or 'tous les opérateurs'}", "row": row}
