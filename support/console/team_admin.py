"""How the desk shares its work, in the admin: each member's room, skills and languages, and each brand's rule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from chatbot import brand
from chatbot.dialogue.specs import read_flows
from support import db
from support.console import claim_pages
from support.models import DeskSettings, TeamMember
from support.privacy import audit

LANGUAGES = {"fr": "français", "en": "anglais"}


class TeamMemberForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no parameter at run time
    """Skills and languages are ticked; none ticked means all of them."""

    skills = forms.MultipleChoiceField(
        label="Compétences", required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget, help_text="aucune : toutes"
    )
    languages = forms.MultipleChoiceField(
        label="Langues", required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget, help_text="aucune : toutes"
    )

    class Meta:
        model = TeamMember
        fields = ("capacity", "skills", "languages")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = brand.load(settings.BRAND)
        self.fields["skills"].choices = [(kind, flow.label) for kind, flow in read_flows(own.flows).items()]  # type: ignore[attr-defined]
        codes = own.settings.get("languages", {})
        self.fields["languages"].choices = [(code, LANGUAGES.get(code, code)) for code in codes]  # type: ignore[attr-defined]


class _Audited(ModelAdmin):
    """What is saved is entered in the audit chain, in the same transaction."""

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Save and enter it."""
        with db.write():
            super().save_model(request, obj, form, change)
            details = {name: form.cleaned_data[name] for name in form.changed_data}
            audit.record(claim_pages.user_of(request), "settings", f"{type(obj).__name__.lower()}:{obj.pk}", details)

    def log_addition(self, *args: Any, **kwargs: Any) -> None:
        """Our own audit trail has it."""

    def log_change(self, *args: Any, **kwargs: Any) -> None:
        """Our own audit trail has it."""


@admin.register(TeamMember)
class TeamMemberAdmin(_Audited):
    """A member of the desk: the row is made when they first open the console."""

    form = TeamMemberForm
    list_display = ("user", "availability", "seen_at", "capacity")
    list_select_related = ("user",)
    ordering = ("user__first_name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: it makes itself."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: TeamMember | None = None) -> bool:
        """Never: whoever left is made inactive."""
        return False


@admin.register(DeskSettings)
class DeskSettingsAdmin(_Audited):
    """How a brand's waiting cases find a person, and whose opening hours hold."""

    list_display = ("brand", "assignment", "hours_here")

    def has_delete_permission(self, request: HttpRequest, obj: DeskSettings | None = None) -> bool:
        """Never: the hand is a rule like the others."""
        return False
