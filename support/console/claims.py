"""Claims in the admin: found, read with their history, exported; settled and imported by supervisors."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.decorators import action

from support import clock
from support.accounts.pages import user_of
from support.backoffice import files
from support.console import claim_pages, roles, values, words
from support.console.readonly import RecordAdmin, RecordInline
from support.console.records import link_to_case
from support.models import Claim, ClaimEvent, OutgoingEvent
from support.privacy.fields import blind_index

MAX_EXPORT = 5000
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class ClaimEventInline(RecordInline):
    """What happened to a claim."""

    model = ClaimEvent
    fields = ("when", "what", "before_and_after", "told")
    readonly_fields = ("when", "what", "before_and_after", "told")

    @admin.display(description="date")
    def when(self, event: ClaimEvent) -> datetime:
        return event.at

    @admin.display(description="événement")
    def what(self, event: ClaimEvent) -> str:
        return words.happened(event)

    @admin.display(description="changement")
    def before_and_after(self, event: ClaimEvent) -> str:
        claim, after = event.claim, event.details.get("after", {})
        changes = [
            f"{words.slot(claim.conversation.brand, claim.kind, name)} : "
            f"{_shown(name, event.details.get('before', {}).get(name))} → {_shown(name, slot)}"
            for name, slot in after.items()
        ]
        if note := event.details.get("note"):
            changes.append(f"« {values.shown('note', note)} »")
        return " ; ".join(changes)


class OutgoingInline(RecordInline):
    """What the back office was told of a claim, and when."""

    model = OutgoingEvent
    fields = ("created_at", "name", "state", "attempts", "outcome", "delivered_at")
    ordering = ("id",)


class AgeFilter(admin.SimpleListFilter):
    """How long ago the customer filed it."""

    title = "âge"
    parameter_name = "age"
    DAYS = {"1": "plus de 24 h", "2": "plus de 48 h", "7": "plus d'une semaine", "30": "plus d'un mois"}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return list(self.DAYS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        """Those at least as old."""
        if self.value() not in self.DAYS:
            return queryset
        return queryset.filter(filed_at__lte=clock.now() - timedelta(days=int(self.value() or 0)))


def _export(kind: str) -> Callable[[Any, HttpRequest, QuerySet[Claim]], HttpResponse]:
    def export(_admin: Any, request: HttpRequest, chosen: QuerySet[Claim]) -> HttpResponse:
        claims = list(chosen.order_by("filed_at")[:MAX_EXPORT])
        name = f"dossiers-{clock.now():%Y%m%d-%H%M}.{kind}"
        content = files.exported(name, claims)
        files.note_export(claims, user_of(request))
        return HttpResponse(
            content, content_type=TYPES[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )

    export.__name__ = f"export_{kind}"
    return admin.action(permissions=["settle"], description=f"Exporter ({kind.upper()})")(export)


@admin.register(Claim)
class ClaimAdmin(RecordAdmin):
    """What customers want settled."""

    list_display = ("number", "nature", "status", "filed_at", "changed_at", "forwarded_at", "case")
    list_filter = ("status", "kind", AgeFilter)
    list_select_related = ("conversation",)
    fields = (
        "number", "nature", "status", "customer_note", "proof", "case", "facts",
        ("filed_at", "changed_at"), ("forwarded_at", "forwarded_by"),
    )  # fmt: skip
    inlines = (ClaimEventInline, OutgoingInline)
    search_fields = ("number",)
    search_help_text = "Un numéro de dossier, ou une référence EasyTransfert entière"
    ordering = ("-filed_at",)
    actions = [_export("csv"), _export("xlsx")]
    actions_list = ("import_file",)
    actions_detail = ("change_status",)

    def has_settle_permission(self, request: HttpRequest, _pk: object = None) -> bool:
        """Supervisors and administrators."""
        return roles.may_settle(user_of(request))

    @action(description="Importer", url_path="import", permissions=["settle"])
    def import_file(self, request: HttpRequest) -> HttpResponse:
        """A team's file with the answers it gives."""
        return claim_pages.import_file(request, reverse("admin:support_claim_changelist"))

    @action(description="Changer l'état", url_path="status", permissions=["settle"])
    def change_status(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One claim's new status; the customer is told."""
        return claim_pages.change_status(request, _uuid(object_id))

    @admin.display(description="nature", ordering="kind")
    def nature(self, claim: Claim) -> str:
        return words.claim_kind(claim.conversation.brand, claim.kind)

    @admin.display(description="note pour le client")
    def customer_note(self, claim: Claim) -> str:
        return values.shown("note", claim.note) or "—"

    @admin.display(description="référence du règlement")
    def proof(self, claim: Claim) -> str:
        return values.shown("success_reference", claim.success_reference) or "—"

    @admin.display(description="informations")
    def facts(self, claim: Claim) -> str:
        brand = claim.conversation.brand
        shown = (f"{words.slot(brand, claim.kind, name)} : {_shown(name, slot)}" for name, slot in claim.slots.items())
        return " ; ".join(shown)

    @admin.display(description="transcription")
    def case(self, claim: Claim) -> SafeString:
        return link_to_case(claim.conversation)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Claim], search_term: str
    ) -> tuple[QuerySet[Claim], bool]:
        """References are stored encrypted and found by their blind index."""
        found, doubled = super().get_search_results(request, queryset, search_term)
        digits = re.sub(r"\D", "", search_term)
        typed = {search_term.strip().upper(), f"EFB.{digits}"}
        by_reference = Q(reference_index__in=[blind_index("reference", reference) for reference in typed])
        return (found | queryset.filter(by_reference) if search_term else found), doubled


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _shown(name: str, slot: Any) -> str:
    value = slot.get("value", "") if isinstance(slot, dict) else ""
    return values.shown(name, value) or "—"
