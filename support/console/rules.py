"""Rules in the admin: a draft is written here, tried on its own page, and switched on there."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import BigIntegerField, Count, Max, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from support.accounts.pages import user_of
from support.console import rule_words
from support.console.rule_form import RuleForm
from support.models import Label, Rule, Team
from support.rules import acting, vocabulary, writing
from support.rules.vocabulary import RuleError


@admin.register(Rule)
class RuleAdmin(ModelAdmin):
    """What supervisors have the house do by itself."""

    form = RuleForm
    list_display = ("name", "occasion", "asked", "done", "state", "runs_shown", "last_run", "tried")
    list_filter = ("active", "occasion")
    search_fields = ("name",)
    list_fullwidth = True
    actions: Any = None
    actions_detail: ClassVar[list[str]] = ["try_it"]
    fieldsets = (
        (None, {"fields": (("brand", "name"), ("occasion", "position"))}),
        (
            "Si… (tout ce qui est rempli doit être vrai)",
            {
                "fields": (
                    "words", "reasons", "kinds", ("senders", "receivers"), ("channels", "moods"), ("amount", "claims"),
                    ("score", "closed"),
                )
            },
        ),
        ("Alors…", {"fields": (("priority", "team"), ("label", "notice"), ("status", "hours"))}),
    )  # fmt: skip

    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("console/rule_form.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rule]:
        """With how often each has acted and the names of what it names, in one query."""
        rows: QuerySet[Rule] = super().get_queryset(request)
        named = {
            f"{name}_name": Subquery(kind.objects.filter(pk=OuterRef(f"{name}_pk")).values("name")[:1])
            for name, kind in (("label", Label), ("team", Team))
        }
        pks = {f"{name}_pk": Cast(KeyTextTransform(name, "acts"), BigIntegerField()) for name in ("label", "team")}
        return rows.annotate(**pks).annotate(**named, run_count=Count("runs"), ran_at=Max("runs__at"))

    def save_model(self, request: HttpRequest, obj: Rule, form: Any, change: bool) -> None:
        """A draft, audited."""
        writing.save(obj, user_of(request))

    def delete_model(self, request: HttpRequest, obj: Rule) -> None:
        """Audited."""
        writing.delete(obj, user_of(request))

    def response_add(self, request: HttpRequest, obj: Rule, post_url_continue: str | None = None) -> HttpResponse:
        """On to what it would have done."""
        return redirect("console:rule-trial", rule=obj.pk)

    def response_change(self, request: HttpRequest, obj: Rule) -> HttpResponse:
        """The same: a changed rule is a draft again."""
        return redirect("console:rule-trial", rule=obj.pk)

    @action(description="Essayer", url_path="try", permissions=["view"])
    def try_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What it would have done."""
        return redirect("console:rule-trial", rule=object_id)

    @admin.display(description="si")
    def asked(self, row: Rule) -> str:
        return rule_words.when(row)

    @admin.display(description="alors")
    def done(self, row: Rule) -> str:
        names: Any = row  # annotated by get_queryset
        try:
            acts = vocabulary.acts(row.acts, row.occasion)
        except RuleError as fault:
            return str(fault)
        label = Label(name=names.label_name or "supprimée") if acts.label else None
        team = Team(name=names.team_name or "supprimée") if acts.team else None
        return ", ".join(acting.would_do(acts, acting.Things(label, team)))

    @display(description="état", label={"en service": "success", "arrêtée": "danger"})
    def state(self, row: Rule) -> str:
        return "en service" if row.active else "arrêtée" if row.fault else "brouillon"

    @admin.display(description="a agi", ordering="run_count")
    def runs_shown(self, row: Rule) -> str:
        return f"{row.run_count}\u00a0fois"  # type: ignore[attr-defined]  # annotated by get_queryset

    @admin.display(description="dernière fois", ordering="ran_at")
    def last_run(self, row: Rule) -> Any:
        return row.ran_at  # type: ignore[attr-defined]  # annotated by get_queryset

    @admin.display(description="essai")
    def tried(self, row: Rule) -> SafeString:
        address = reverse("console:rule-trial", args=[row.pk])
        return format_html('<a href="{}" class="underline" aria-label="Essayer {}">Essayer</a>', address, row)
