"""Promises, the team and what customers thought, in the admin: supervisors set the first two, all three are read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from chatbot import brand
from chatbot.dialogue.specs import read_flows
from support import desk_changes
from support.accounts.pages import user_of
from support.console import words
from support.console.brand_form import BrandForm
from support.console.masking import mask_phones
from support.console.readonly import RecordAdmin
from support.models import Priority, Satisfaction, ServiceLevel, TeamMember


@cache
def kinds() -> Sequence[tuple[str, str]]:
    """The kinds of case that the brand has flows for, for a list: code and French."""
    flows = read_flows(brand.load(settings.BRAND).flows)
    return [(kind, flow.label[:1].upper() + flow.label[1:]) for kind, flow in flows.items()]


class LevelForm(BrandForm):
    """Minutes promised; the kinds are those that the brand has flows for."""

    kind = forms.ChoiceField(label="Nature", required=False, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = ServiceLevel
        fields = ("brand", "kind", "priority", "first_reply", "next_reply", "resolution", "business_hours", "warn_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("kind", kinds()), ("priority", Priority.choices)):
            if name in self.fields:
                self.fields[name].choices = [("", "Toutes"), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A case is not promised to be over before somebody has answered."""
        cleaned = {**(super().clean() or self.cleaned_data)}
        first, resolution = cleaned.get("first_reply"), cleaned.get("resolution")
        if first is not None and resolution is not None and not 0 < first <= resolution:
            self.add_error("resolution", "La résolution ne peut pas être promise avant la première réponse.")
        return cleaned


@admin.register(ServiceLevel)
class ServiceLevelAdmin(ModelAdmin):
    """What is promised. Where no row fits, the house's own levels hold."""

    form = LevelForm
    list_display = ("what", "priority_shown", "first_shown", "next_shown", "resolution_shown", "business_hours")
    list_filter = ("brand",)
    list_fullwidth = True
    actions: Any = None
    fields = (
        ("brand",),
        ("kind", "priority"),
        ("first_reply", "next_reply", "resolution"),
        "business_hours",
        "warn_at",
    )

    def save_model(self, request: HttpRequest, obj: ServiceLevel, form: Any, change: bool) -> None:
        """Audited."""
        desk_changes.save_level(obj, user_of(request))

    def delete_model(self, request: HttpRequest, obj: ServiceLevel) -> None:
        """Audited."""
        desk_changes.delete_level(obj, user_of(request))

    @admin.display(description="nature", ordering="kind")
    def what(self, row: ServiceLevel) -> str:
        return dict(kinds()).get(row.kind, row.kind) or "Toutes"

    @admin.display(description="priorité", ordering="priority")
    def priority_shown(self, row: ServiceLevel) -> str:
        return row.get_priority_display() if row.priority is not None else "Toutes"

    @admin.display(description="première réponse", ordering="first_reply")
    def first_shown(self, row: ServiceLevel) -> str:
        return _duration(row.first_reply)

    @admin.display(description="réponses suivantes", ordering="next_reply")
    def next_shown(self, row: ServiceLevel) -> str:
        return _duration(row.next_reply)

    @admin.display(description="résolution", ordering="resolution")
    def resolution_shown(self, row: ServiceLevel) -> str:
        return _duration(row.resolution)


class MemberForm(forms.ModelForm):  # type: ignore[type-arg]
    """Skills are kinds of case; languages those that the house names."""

    skills = forms.MultipleChoiceField(
        label="Compétences",
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Aucune cochée : toutes.",
    )
    languages = forms.MultipleChoiceField(
        label="Langues",
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Aucune cochée : français.",
    )

    class Meta:
        model = TeamMember
        fields = ("capacity", "skills", "languages")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("skills", kinds()), ("languages", list(words.tables()["languages"].items()))):
            if name in self.fields:
                self.fields[name].choices = choices  # type: ignore[attr-defined]


@admin.register(TeamMember)
class TeamMemberAdmin(ModelAdmin):
    """Who takes what, and how much of it."""

    form = MemberForm
    list_display = ("user", "presence", "capacity", "skills_shown", "languages_shown", "seen_at")
    list_select_related = ("user",)
    list_fullwidth = True
    actions: Any = None
    fields = ("user", "capacity", "skills", "languages")

    def get_readonly_fields(self, request: HttpRequest, obj: TeamMember | None = None) -> tuple[str, ...]:
        """The row is the person's."""
        return ("user",) if obj else ()

    def save_model(self, request: HttpRequest, obj: TeamMember, form: Any, change: bool) -> None:
        """Audited."""
        desk_changes.save_member(obj, user_of(request))

    @display(description="disponibilité", label={"Disponible": "success", "Occupé": "warning"})
    def presence(self, row: TeamMember) -> str:
        return row.get_availability_display()

    @admin.display(description="compétences")
    def skills_shown(self, row: TeamMember) -> str:
        return ", ".join(dict(kinds()).get(kind, kind) for kind in row.skills) or "toutes"

    @admin.display(description="langues")
    def languages_shown(self, row: TeamMember) -> str:
        return ", ".join(words.code("languages", language) for language in row.languages) or "français"


@admin.register(Satisfaction)
class SatisfactionAdmin(RecordAdmin):
    """What customers thought of a person's help."""

    list_display = ("answered_at", "stars", "agent", "said", "case")
    list_filter = ("score", ("answered_at", admin.DateFieldListFilter))
    list_select_related = ("agent", "conversation")
    ordering = ("-answered_at",)
    fields = ("asked_at", "answered_at", "score", "said", "agent", "case")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Answers only: a question without one says nothing."""
        return super().get_queryset(request).filter(score__isnull=False)

    @display(description="note", ordering="score", label={"1": "danger", "2": "danger", "4": "success", "5": "success"})
    def stars(self, row: Satisfaction) -> tuple[str, str]:
        return str(row.score), f"{row.score} sur 5"

    @admin.display(description="commentaire")
    def said(self, row: Satisfaction) -> str:
        return mask_phones(row.comment)

    @admin.display(description="conversation")
    def case(self, row: Satisfaction) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("console:case", args=[row.conversation_id]), "Ouvrir")


def _duration(minutes: int) -> str:
    """90 → « 1 h 30 »."""
    hours, left = divmod(minutes, 60)
    if not hours:
        return f"{left} min"
    return f"{hours} h {left:02}" if left else f"{hours} h"
