"""The audit trail as a list that a person reads: who, what in French, on what, and why."""

from __future__ import annotations

import uuid

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from support.console import words
from support.console.naming import author
from support.console.readonly import RecordAdmin
from support.models import AuditEvent


class ActFilter(admin.SimpleListFilter):
    """One kind of act, of those that ever happened."""

    title = "acte"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """The choices, by their French."""
        happened = AuditEvent.objects.order_by().values_list("action", flat=True).distinct()
        return sorted(((name, words.act(name)) for name in happened), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """Those acts alone."""
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(RecordAdmin):
    """What members of staff did, and what the house did by itself."""

    list_display = ("at", "who", "act", "about", "why")
    list_filter = (ActFilter,)
    list_select_related = ("actor",)
    search_fields = ("actor_name", "target")
    ordering = ("-id",)

    @admin.display(description="auteur", ordering="actor_name")
    def who(self, event: AuditEvent) -> str:
        return author(event)

    @admin.display(description="acte", ordering="action")
    def act(self, event: AuditEvent) -> str:
        return words.act(event.action)

    @admin.display(description="objet", ordering="target")
    def about(self, event: AuditEvent) -> SafeString | str:
        kind, _, name = event.target.partition(":")
        said = words.code("audit_targets", kind)
        if kind != "conversation" or not _is_id(name):
            return f"{said} {name[-12:]}" if said != kind else event.target
        link = '<a class="font-semibold text-primary-700 underline dark:text-primary-400" href="{}">{} {}</a>'
        return format_html(link, reverse("console:case", args=[name]), said, name[-4:])

    @admin.display(description="raison")
    def why(self, event: AuditEvent) -> str:
        """Why a whole number was shown; empty for other acts."""
        said = event.details.get("reason", "") if event.action == "reveal" else ""
        note = event.details.get("note", "")
        return f"{words.code('reveal_reasons', said)}{f' : {note}' if note else ''}" if said else ""


def _is_id(name: str) -> bool:
    try:
        return bool(uuid.UUID(name))
    except ValueError:
        return False
