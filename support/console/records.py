"""The records in the admin, read-only. Numbers are masked here for everybody; the case page can show them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from support.console import handoff_card, selectors, values, words
from support.console.masking import mask_number, mask_phones
from support.console.readonly import RecordAdmin, RecordInline
from support.models import (
    AuditEvent,
    Channel,
    Claim,
    ClaimEvent,
    Conversation,
    Customer,
    EngineCall,
    Escalation,
    Identity,
    Message,
)
from support.privacy.fields import blind_index


def _link_to_case(conversation: Conversation) -> SafeString:
    address = reverse("console:case", args=[conversation.pk])
    return format_html(
        '<a class="font-semibold text-primary-700 underline dark:text-primary-400" href="{}">Ouvrir</a>', address
    )


def _phone(text: str) -> str:
    """A typed number as identities keep it (E.164); empty when it is none."""
    digits = re.sub(r"\D", "", text).removeprefix("00")
    if len(digits) == 10:
        digits = f"225{digits}"
    return f"+{digits}" if 11 <= len(digits) <= 15 else ""


class IdentityInline(RecordInline):
    """The addresses of a customer."""

    model = Identity
    fields = ("channel", "address", "opted_out_at")
    ordering = ("id",)
    readonly_fields = ("address",)

    @admin.display(description="adresse")
    def address(self, identity: Identity) -> str:
        return mask_number(identity.value) if identity.channel == Channel.WHATSAPP else f"…{identity.value[-4:]}"


@admin.register(Customer)
class CustomerAdmin(RecordAdmin):
    """Who writes to us."""

    list_display = ("name", "brand", "created_at")
    fields = ("name", "brand", "created_at")
    list_filter = ("brand",)
    inlines = (IdentityInline,)
    search_fields = ("id",)
    search_help_text = "Un numéro de téléphone entier, ou un identifiant"
    ordering = ("-created_at",)

    @admin.display(description="nom")
    def name(self, customer: Customer) -> str:
        return mask_phones(str(customer))

    def get_object(self, *args: Any, **kwargs: Any) -> Customer | None:
        """With the name masked, since page titles print it. The page is read-only, so the mask is never saved."""
        customer: Customer | None = super().get_object(*args, **kwargs)
        if customer:
            customer.display_name = mask_phones(customer.display_name)
        return customer

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        """Numbers are stored encrypted and found by their blind index."""
        if phone := _phone(search_term):
            brands = Customer.objects.order_by().values_list("brand", flat=True).distinct()
            indexes = [blind_index(f"{brand}:{Channel.WHATSAPP}", phone) for brand in brands]
            return queryset.filter(identities__value_index__in=indexes), True
        found, doubled = super().get_search_results(request, queryset, search_term)
        return found, doubled


class MessageInline(RecordInline):
    """What was said."""

    model = Message
    fields = ("seq", "at", "author", "words", "delivery")
    readonly_fields = ("words",)

    @admin.display(description="texte")
    def words(self, message: Message) -> str:
        return mask_phones(message.text) or words.kind_of_message(message.kind)


@admin.register(Conversation)
class ConversationAdmin(RecordAdmin):
    """Every conversation, with the way to its case page."""

    list_display = ("customer_name", "channel", "owner", "agent", "inbound_at", "case")
    list_filter = ("owner", "channel", "brand")
    list_select_related = ("customer", "identity", "agent")
    fields = ("customer_name", "case", "brand", "channel", "owner", "agent", "inbound_at", "created_at")
    inlines = (MessageInline,)
    search_fields = ("id",)
    search_help_text = "L'identifiant d'une conversation"
    ordering = ("-inbound_at",)

    @admin.display(description="client")
    def customer_name(self, conversation: Conversation) -> str:
        return selectors.customer_name(conversation)

    @admin.display(description="transcription")
    def case(self, conversation: Conversation) -> SafeString:
        return _link_to_case(conversation)


class ClaimEventInline(RecordInline):
    """What happened to a claim."""

    model = ClaimEvent
    fields = ("when", "what", "before_and_after")
    readonly_fields = ("when", "what", "before_and_after")

    @admin.display(description="date")
    def when(self, event: ClaimEvent) -> datetime:
        return event.at

    @admin.display(description="événement")
    def what(self, event: ClaimEvent) -> str:
        return words.claim_event(event.name)

    @admin.display(description="changement")
    def before_and_after(self, event: ClaimEvent) -> str:
        claim, after = event.claim, event.details.get("after", {})
        changes = [
            f"{words.slot(claim.conversation.brand, claim.kind, name)} : "
            f"{_shown(name, event.details.get('before', {}).get(name))} → {_shown(name, slot)}"
            for name, slot in after.items()
        ]
        return " ; ".join(changes)


@admin.register(Claim)
class ClaimAdmin(RecordAdmin):
    """What customers want settled."""

    list_display = ("number", "nature", "status", "filed_at", "changed_at", "case")
    list_filter = ("status", "kind")
    list_select_related = ("conversation",)
    fields = ("number", "nature", "status", "case", "facts", "filed_at", "changed_at")
    inlines = (ClaimEventInline,)
    search_fields = ("number",)
    search_help_text = "Un numéro de dossier, ou une référence EasyTransfert entière"
    ordering = ("-filed_at",)

    @admin.display(description="nature", ordering="kind")
    def nature(self, claim: Claim) -> str:
        return words.claim_kind(claim.conversation.brand, claim.kind)

    @admin.display(description="informations")
    def facts(self, claim: Claim) -> str:
        brand = claim.conversation.brand
        shown = (f"{words.slot(brand, claim.kind, name)} : {_shown(name, slot)}" for name, slot in claim.slots.items())
        return " ; ".join(shown)

    @admin.display(description="transcription")
    def case(self, claim: Claim) -> SafeString:
        return _link_to_case(claim.conversation)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Claim], search_term: str
    ) -> tuple[QuerySet[Claim], bool]:
        """References are stored encrypted and found by their blind index."""
        found, doubled = super().get_search_results(request, queryset, search_term)
        digits = re.sub(r"\D", "", search_term)
        typed = {search_term.strip().upper(), f"EFB.{digits}"}
        by_reference = Q(reference_index__in=[blind_index("reference", reference) for reference in typed])
        return (found | queryset.filter(by_reference) if search_term else found), doubled


@admin.register(Escalation)
class EscalationAdmin(RecordAdmin):
    """Every stay in the queue, open and ended."""

    list_display = ("reason", "priority", "opened_at", "due_at", "assignee", "outcome", "closed_at", "case")
    list_filter = ("priority", "reason", "outcome")
    list_select_related = ("conversation", "assignee")
    fields = (
        ("reason", "priority"),
        "case",
        "short",
        "known",
        ("opened_at", "due_at"),
        ("assignee", "taken_at", "lease_until"),
        ("closed_at", "outcome"),
    )
    ordering = ("-opened_at",)

    @admin.display(description="résumé")
    def short(self, escalation: Escalation) -> str:
        return mask_phones(escalation.summary)

    @admin.display(description="fiche")
    def known(self, escalation: Escalation) -> SafeString:
        rows = ((line["label"], line["value"]) for line in handoff_card.lines(escalation))
        return format_html_join("", '<p class="whitespace-pre-line">{} : {}</p>', rows)

    @admin.display(description="transcription")
    def case(self, escalation: Escalation) -> SafeString:
        return _link_to_case(escalation.conversation)


@admin.register(EngineCall)
class EngineCallAdmin(RecordAdmin):
    """How replies were worded."""

    list_display = ("at", "tier", "outcome", "milliseconds", "tokens_in", "tokens_out", "cost_usd")
    list_filter = ("tier", "outcome")
    ordering = ("-at",)


@admin.register(AuditEvent)
class AuditEventAdmin(RecordAdmin):
    """What members of staff did."""

    list_display = ("at", "actor_name", "action", "target")
    list_filter = ("action",)
    search_fields = ("actor_name", "target")
    ordering = ("-id",)


def _shown(name: str, slot: Any) -> str:
    value = slot.get("value", "") if isinstance(slot, dict) else ""
    return values.shown(name, value) or "—"
