"""Teams in the admin: supervisors keep them, everybody sees who is in which."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from support import db, staff
from support.accounts.pages import user_of
from support.console.brand_form import BrandForm
from support.models import Team
from support.privacy import audit


class _People(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, user: User) -> str:
        return staff.name(user)


class TeamForm(BrandForm):
    """Members are those who may take cases."""

    members = _People(label="Membres", queryset=None, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget)

    class Meta:
        model = Team
        fields = ("brand", "name", "description", "members", "patience", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "members" in self.fields:
            people = staff.holders(staff.ACT).order_by("first_name", "username")
            self.fields["members"].queryset = people  # type: ignore[attr-defined]


@admin.register(Team)
class TeamAdmin(ModelAdmin):
    """Each with its people."""

    form = TeamForm
    list_display = ("name", "description", "people", "patience_shown", "brand")
    search_fields = ("name",)
    list_fullwidth = True
    actions: Any = None
    fields = (("brand", "name"), "description", "members", ("patience", "position"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        """With their members, in one query more."""
        rows: QuerySet[Team] = super().get_queryset(request)
        return rows.prefetch_related("members")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """With its members, and on record."""
        with db.write():
            super().save_related(request, form, formsets, change)
            team: Team = form.instance
            people = sorted(team.members.values_list("pk", flat=True))
            said = {"name": team.name, "members": people, "patience": team.patience}
            audit.record(user_of(request), "team_saved", f"team:{team.pk}", said)

    def delete_model(self, request: HttpRequest, obj: Team) -> None:
        """On record; its cases are everybody's again."""
        with db.write():
            audit.record(user_of(request), "team_deleted", f"team:{obj.pk}", {"name": obj.name})
            super().delete_model(request, obj)

    @admin.display(description="membres")
    def people(self, row: Team) -> str:
        return ", ".join(sorted(staff.name(user) for user in row.members.all())) or "personne"

    @admin.display(description="puis ouverte à tous après")
    def patience_shown(self, row: Team) -> str:
        return f"{row.patience} min de service"
