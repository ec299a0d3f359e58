"""The two pages on which supervisors settle claims: one claim's new status, and a file of many."""

from __future__ import annotations

import uuid

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from support.accounts.pages import framed, user_of
from support.backoffice import files, tables
from support.backoffice.changes import LONGEST_NOTE, LONGEST_REFERENCE, Change, ChangeError
from support.backoffice.changes import change_status as change
from support.models import Claim, ClaimStatus


class StatusForm(forms.Form):
    """A claim's new status, as the customer will be told. ``event_id`` makes a double click one change."""

    status = forms.ChoiceField(label="État", choices=ClaimStatus.choices, widget=UnfoldAdminSelectWidget)
    note = forms.CharField(
        label="Note pour le client", max_length=LONGEST_NOTE, required=False, widget=UnfoldAdminTextareaWidget
    )
    success_reference = forms.CharField(
        label="Référence du règlement", max_length=LONGEST_REFERENCE, required=False, widget=UnfoldAdminTextInputWidget
    )
    event_id = forms.UUIDField(widget=forms.HiddenInput)


class ImportForm(forms.Form):
    """A table with the team's answers."""

    file = forms.FileField(label="Fichier .csv ou .xlsx", widget=UnfoldAdminFileFieldWidget)
    dry_run = forms.BooleanField(label="Vérifier seulement", required=False, widget=UnfoldBooleanSwitchWidget)


def change_status(request: HttpRequest, claim_id: uuid.UUID | None) -> HttpResponse:
    """The form, and what comes of it."""
    claim = Claim.objects.select_related("conversation").filter(id=claim_id).first() if claim_id else None
    if claim is None:
        raise Http404("Ce dossier n'existe pas.")
    form = StatusForm(request.POST or None, initial={"status": claim.status, "event_id": uuid.uuid4()})
    back = reverse("admin:support_claim_change", args=[claim.pk])
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        wanted = Change(
            status=said["status"],
            event_id=str(said["event_id"]),
            note=said["note"],
            success_reference=said["success_reference"],
            source="console",
        )
        try:
            result = change(claim.conversation.brand, claim.number, wanted, user_of(request))
        except ChangeError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _OUTCOMES[result["outcome"]])
            return redirect(back)
    return _page(request, f"Changer l'état du dossier {claim.number}", form, back)


_OUTCOMES = {
    "applied": "L'état est changé ; le client en est informé.",
    "unchanged": "Rien de nouveau : le client n'est pas dérangé.",
    "superseded": "Un changement plus récent est déjà là : rien n'a changé.",
}


def import_file(request: HttpRequest, back: str) -> HttpResponse:
    """The form, and what comes of it: every fault of the file, or how many claims changed."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload, dry_run = form.cleaned_data["file"], form.cleaned_data["dry_run"]
        try:
            if upload.size > tables.LARGEST:
                raise files.NotTaken([f"{upload.name} : le fichier est trop grand"])
            taken = files.take(settings.BRAND, upload.name, upload.read(), user_of(request), dry_run=dry_run)
        except files.NotTaken as error:
            for fault in error.faults:
                form.add_error("file", fault)
        else:
            counts = f"{taken.applied} changé(s), {taken.unchanged} sans changement, {taken.superseded} trop tard."
            messages.success(request, f"Essai, rien n'est changé : {counts}" if dry_run else counts)
            return redirect(request.path if dry_run else back)
    return _page(request, "Importer des réponses", form, back)


def _page(request: HttpRequest, title: str, form: forms.Form, back: str) -> HttpResponse:
    return framed(request, "console/claim_form.html", title, {"form": form, "back": back})
