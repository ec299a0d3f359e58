"""Ready replies and macros in the admin: seniors write them, agents read them; each save is checked and on record."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from chatbot.brand import BrandError
from support import db
from support.accounts.pages import user_of
from support.console import macro_form, ready, variables
from support.models import CannedReply, Macro
from support.privacy import audit


class CannedReplyForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no parameter at run time
    """Says in French what is wrong with a text."""

    class Meta:
        model = CannedReply
        fields = ("brand", "shortcut", "title", "text")
        help_texts: ClassVar[dict[str, str]] = {
            "text": "Entre accolades : " + ", ".join(f"{{{name}}}" for name in variables.NAMES)
        }

    def clean(self) -> dict[str, Any]:
        """Known variables, a brand that is here, and no question for a secret code."""
        cleaned = {**(super().clean() or self.cleaned_data)}
        try:
            fault = ready.fault(cleaned.get("brand", ""), cleaned.get("text", ""))
        except BrandError:
            self.add_error("brand", "Cette marque n'existe pas ici.")
        else:
            if fault:
                self.add_error("text", fault)
        return cleaned


class _Desk(ModelAdmin):
    """Shared by the two: audited, and with what is shipped listed below."""

    shipped: ClassVar[str]
    list_after_template = "console/shipped_desk.html"
    actions: Any = None

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The brand of this installation."""
        return {"brand": settings.BRAND, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """On record, without its words."""
        with db.write():
            super().save_model(request, obj, form, change)
            audit.record(user_of(request), f"{self.shipped}_save", f"{self.shipped}:{obj.pk}")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """On record as well."""
        with db.write():
            audit.record(user_of(request), f"{self.shipped}_delete", f"{self.shipped}:{obj.pk}")
            super().delete_model(request, obj)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With those of the brand under the written ones."""
        rows = [
            (name, each["text"] if "text" in each else macro_form.told(each))
            for name, each in ready.shipped(settings.BRAND).get(self.shipped, {}).items()
        ]
        page: HttpResponse = super().changelist_view(request, {**(extra_context or {}), "shipped_desk": rows})
        return page


@admin.register(CannedReply)
class CannedReplyAdmin(_Desk):
    """The team's ready replies, and one's own."""

    form = CannedReplyForm
    shipped = "replies"
    list_display = ("shortcut", "title", "text", "owner", "brand")
    list_filter = ("brand",)
    list_select_related = ("owner",)
    search_fields = ("shortcut", "title", "text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CannedReply]:
        """Not those that colleagues keep for themselves."""
        rows: QuerySet[CannedReply] = super().get_queryset(request)
        return rows.filter(Q(owner=None) | Q(owner=user_of(request)))


@admin.register(Macro)
class MacroAdmin(_Desk):
    """Several acts under one click."""

    form = macro_form.MacroForm
    shipped = "macros"
    list_display = ("name", "does", "brand")
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": (("brand", "name"),)}),
        ("Ce qu'elle fait", {"fields": ("reply", "note", ("labels", "priority"), ("status", "snooze_hours"))}),
    )

    @admin.display(description="Actes")
    def does(self, row: Macro) -> str:
        """In a line of French."""
        return macro_form.told(row.steps)
