"""The records in the admin, read-only. Numbers are masked here for everybody; the case page can show them."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from support.console import handoff_card, selectors, words
from support.console.masking import mask_number, mask_phones
from support.console.readonly import RecordAdmin, RecordInline
from support.console.values import usd
from support.models import (
    Channel,
    Conversation,
    Customer,
    EngineCall,
    Escalation,
    Identity,
    Message,
)
from support.privacy.fields import blind_index


def link_to_case(conversation: Conversation) -> SafeString:
    """The way to a conversation's case page."""
    address = reverse("console:case", args=[conversation.pk])
    return format_html(
        '<a class="font-semibold text-primary-700 underline dark:text-primary-400" href="{}">Ouvrir</a>', address
    )


def _milliseconds(number: float) -> str:
    return "moins de 1 ms" if number < 1 else f"{number:.0f} ms"


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
        return link_to_case(conversation)


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
        return link_to_case(escalation.conversation)


@admin.register(EngineCall)
class EngineCallAdmin(RecordAdmin):
    """How replies were worded."""

    list_display = ("at", "voice", "deployment", "ended", "judged", "seconds", "cost", "basis")
    list_filter = ("tier", "outcome", "verdict", "basis", "brand")
    fields = (
        ("at", "settled_at"),
        ("voice", "deployment"),
        ("provider", "region", "model"),
        ("ended", "finish", "judged"),
        ("seconds", "first_words"),
        ("cost_usd", "basis", "price_version"),
        ("tokens_in", "tokens_cached", "tokens_out"),
        ("reserved_usd", "reserved_in", "reserved_out"),
        ("brand", "experiment", "arm"),
        "case",
    )
    list_select_related = ("conversation",)
    ordering = ("-at",)

    @admin.display(description="voix", ordering="tier")
    def voice(self, call: EngineCall) -> str:
        return words.code("voices", call.tier)

    @admin.display(description="issue", ordering="outcome")
    def ended(self, call: EngineCall) -> str:
        return words.code("outcomes", call.outcome) if call.outcome else "en cours"

    @admin.display(description="avis du garde", ordering="verdict")
    def judged(self, call: EngineCall) -> str:
        return words.code("verdicts", call.verdict) or "–"

    @admin.display(description="durée", ordering="milliseconds")
    def seconds(self, call: EngineCall) -> str:
        return _milliseconds(call.milliseconds)

    @admin.display(description="premiers mots")
    def first_words(self, call: EngineCall) -> str:
        return "–" if call.first_words_milliseconds is None else _milliseconds(call.first_words_milliseconds)

    @admin.display(description="coût", ordering="cost_usd")
    def cost(self, call: EngineCall) -> str:
        return usd(call.cost_usd) if call.cost_usd else "–"

    @admin.display(description="transcription")
    def case(self, call: EngineCall) -> SafeString | str:
        return link_to_case(call.conversation) if call.conversation else "–"
