"""How a brand's desk works, in the admin: assignment, opening hours of the week, holidays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from support import desk_changes, hours
from support.accounts.pages import user_of
from support.console import hours_text
from support.console.brand_form import BrandForm
from support.models import DeskSettings, Holiday, OpeningHours

DAYS = ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche")
KEPT = timedelta(days=31)  # holidays longer past than this are not shown any more
MOON = (
    "Une date et un nom par ligne. Les fêtes musulmanes (Nuit du Destin, Ramadan, Tabaski, Maouloud) changent chaque "
    "année : ajoutez-les dès qu'elles sont annoncées."
)


class DeskForm(BrandForm):
    """A week in seven lines, the holidays in one box."""

    holidays = forms.CharField(
        label="Jours fériés", required=False, help_text=MOON, widget=UnfoldAdminTextareaWidget(attrs={"rows": 12})
    )

    class Meta:
        model = DeskSettings
        fields = ("brand", "assignment", "hours_here")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.instance.pk is not None
        week, holidays = _entered(self.instance.brand) if known else ({}, hours_text.known_holidays())
        since = (timezone.now() - KEPT).date()
        recent = {day: name for day, name in holidays.items() if day >= since}
        self.initial["holidays"] = hours_text.show_holidays(recent)
        for number in range(1, 8):
            self.initial[f"day_{number}"] = hours_text.show_day(week.get(number, []))

    def clean_holidays(self) -> Any:
        """Days and their names."""
        try:
            return hours_text.parse_holidays(self.cleaned_data["holidays"])
        except hours_text.HoursError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """The hours of each day; hours that are to count here must be there."""
        cleaned = {**(super().clean() or self.cleaned_data)}
        for number in range(1, 8):
            try:
                cleaned[f"day_{number}"] = hours_text.parse_day(cleaned.get(f"day_{number}") or "")
            except hours_text.HoursError as error:
                self.add_error(f"day_{number}", str(error))
        if cleaned.get("hours_here") and not any(cleaned.get(f"day_{number}") for number in range(1, 8)):
            self.add_error("hours_here", "Saisissez d'abord les horaires d'au moins un jour.")
        return cleaned


for _number, _day in enumerate(DAYS, start=1):  # declared: the admin makes forms of its own from this one
    DeskForm.declared_fields[f"day_{_number}"] = forms.CharField(
        label=_day,
        required=False,
        max_length=120,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "fermé"}),
    )
DeskForm.declared_fields["day_1"].help_text = "Par exemple 08:00-12:00 14:00-18:00 ; 24:00 pour minuit ; vide : fermé."


@admin.register(DeskSettings)
class DeskSettingsAdmin(ModelAdmin):
    """One row a brand."""

    form = DeskForm
    list_display = ("brand", "assignment", "source", "now")
    actions: Any = None
    list_fullwidth = True
    fieldsets = (
        (None, {"fields": ("brand", "assignment")}),
        ("Horaires", {"fields": ("hours_here", *(f"day_{number}" for number in range(1, 8)))}),
        ("Jours fériés", {"fields": ("holidays",)}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: what is not wanted here is switched off."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: DeskSettings | None = None) -> tuple[str, ...]:
        """The row is the brand's."""
        return ("brand",) if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: DeskSettings | None = None) -> Any:
        """Who may only look reads the hours in words."""
        if self.has_change_permission(request, obj) or (obj is None and self.has_add_permission(request)):
            return self.fieldsets
        return ((None, {"fields": ("brand", "assignment", "hours_here", "week", "closed_days")}),)

    def save_model(self, request: HttpRequest, obj: DeskSettings, form: Any, change: bool) -> None:
        """With its hours and holidays, audited."""
        week = {number: form.cleaned_data[f"day_{number}"] for number in range(1, 8)}
        desk_changes.save_desk(obj, week, form.cleaned_data["holidays"], user_of(request))

    @admin.display(description="horaires")
    def source(self, row: DeskSettings) -> str:
        return "saisis ici" if row.hours_here else "ceux du dossier de la marque"

    @display(description="en ce moment", label={"ouvert": "success", "fermé": "warning"})
    def now(self, row: DeskSettings) -> str:
        return "ouvert" if hours.is_open(row.brand, timezone.now()) else "fermé"

    @admin.display(description="semaine")
    def week(self, row: DeskSettings) -> str:
        week, _ = _entered(row.brand)
        return " ; ".join(
            f"{day} {hours_text.show_day(week[number])}" for number, day in enumerate(DAYS, start=1) if number in week
        )

    @admin.display(description="jours fériés")
    def closed_days(self, row: DeskSettings) -> str:
        return hours_text.show_holidays(_entered(row.brand)[1])


def _entered(brand: str) -> tuple[dict[int, list[hours_text.Hours]], dict[Any, str]]:
    week: dict[int, list[hours_text.Hours]] = {}
    for row in OpeningHours.objects.filter(brand=brand):
        week.setdefault(row.weekday, []).append((row.opens, row.closes))
    return week, dict(Holiday.objects.filter(brand=brand).values_list("day", "name"))
