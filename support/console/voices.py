"""Remote voices in the admin: deployments, prices, switches. Supervisors look, administrators change."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display

from support.accounts.pages import user_of
from support.console import breakers, spending
from support.console.values import counted, usd
from support.models import VoiceDeployment, VoicePrice, VoiceSwitch
from support.voices import changes


class _Kept(ModelAdmin):
    """Never deleted: the ledger speaks of it."""

    actions: Any = None
    list_fullwidth = True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(VoiceDeployment)
class VoiceDeploymentAdmin(_Kept):
    """Which models may be asked, and how each is doing."""

    list_display = ("name", "kind", "in_use", "price", "breaker", "hour", "first_words")
    list_filter = ("tier", "provider", "enabled")
    fields = (
        ("name", "tier"),
        ("provider", "model"),
        "base_url",
        ("region", "api_version"),
        "key_variable",
        "brands",
        "enabled",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: VoiceDeployment | None = None) -> tuple[str, ...]:
        """A name is for life: prices and calls go by it."""
        return ("name",) if obj else ()

    def save_model(self, request: HttpRequest, obj: VoiceDeployment, form: Any, change: bool) -> None:
        """Checked and audited."""
        changes.save_deployment(obj, user_of(request))

    @admin.display(description="fournisseur et niveau", ordering="tier")
    def kind(self, row: VoiceDeployment) -> str:
        region = f", {row.region}" if row.region else ""
        return f"{row.get_provider_display()} {row.get_tier_display()}{region}"

    @display(description="état", ordering="enabled", label={"en service": "success", "clé absente": "danger"})
    def in_use(self, row: VoiceDeployment) -> str:
        if not row.enabled:
            return "éteint"
        return "clé absente" if row.key_variable and row.key_variable not in settings.VOICE_KEYS else "en service"

    @admin.display(description="tarif (USD par million)")
    def price(self, row: VoiceDeployment) -> str:
        price = row.price_at(timezone.now())
        return f"{_short(price.input_usd)} / {_short(price.output_usd)}" if price else "aucun"

    @display(description="disjoncteur", label={"fermé": "success", "ouvert": "danger", "à l'essai": "warning"})
    def breaker(self, row: VoiceDeployment) -> str:
        return breakers.state(row.name)

    @admin.display(description="dernière heure")
    def hour(self, row: VoiceDeployment) -> str:
        found = spending.last_hour(row.name, timezone.now())
        if not found["calls"]:
            return "aucun appel"
        errors = f", {counted(found['errors'], 'erreur')}" if found["errors"] else ""
        return f"{counted(found['calls'], 'appel')}{errors}"

    @admin.display(description="premiers mots")
    def first_words(self, row: VoiceDeployment) -> str:
        mean = spending.last_hour(row.name, timezone.now())["first_words"]
        return "–" if mean is None else f"{mean:.0f} ms"


@admin.register(VoicePrice)
class VoicePriceAdmin(_Kept):
    """What calls cost. A price is never changed: what was spent under it must stay right."""

    list_display = ("deployment", "version", "valid_from", "entry", "output", "cached", "in_force")
    list_filter = ("deployment",)
    list_select_related = ("deployment",)
    fields = ("deployment", "valid_from", ("input_usd", "output_usd", "cached_usd"))
    ordering = ("deployment__name", "-number")

    def has_change_permission(self, request: HttpRequest, obj: VoicePrice | None = None) -> bool:
        """Never: add the next version."""
        return False

    def save_model(self, request: HttpRequest, obj: VoicePrice, form: Any, change: bool) -> None:
        """Under the next version, audited."""
        changes.add_price(obj, user_of(request))

    @admin.display(description="entrée")
    def entry(self, row: VoicePrice) -> str:
        return _short(row.input_usd)

    @admin.display(description="sortie")
    def output(self, row: VoicePrice) -> str:
        return _short(row.output_usd)

    @admin.display(description="en cache")
    def cached(self, row: VoicePrice) -> str:
        return _short(row.cached_usd)

    @display(description="état", label={"en vigueur": "success", "à venir": "info"})
    def in_force(self, row: VoicePrice) -> str:
        now = timezone.now()
        if row.valid_from > now:
            return "à venir"
        return "en vigueur" if row.deployment.price_at(now) == row else "remplacé"


@admin.register(VoiceSwitch)
class VoiceSwitchAdmin(_Kept):
    """What each brand allows and may spend; acts within seconds."""

    list_display = ("brand", "remote", "premium", "open_questions", "openai", "a_day", "a_customer")
    fieldsets = (
        (None, {"fields": ("brand",)}),
        ("Interrupteurs", {"fields": ("remote", "premium", "open_questions", "openai")}),
        ("Budgets", {"fields": (("daily_usd", "customer_daily_usd"),)}),
    )

    @admin.display(description="budget")
    def a_day(self, row: VoiceSwitch) -> str:
        return f"{usd(row.daily_usd)} par jour"

    @admin.display(description="par client")
    def a_customer(self, row: VoiceSwitch) -> str:
        return f"{usd(row.customer_daily_usd)} par jour"

    def get_readonly_fields(self, request: HttpRequest, obj: VoiceSwitch | None = None) -> tuple[str, ...]:
        """The row is the brand's."""
        return ("brand",) if obj else ()

    def save_model(self, request: HttpRequest, obj: VoiceSwitch, form: Any, change: bool) -> None:
        """Checked and audited."""
        changes.save_switch(obj, user_of(request))


def _short(dollars: Any) -> SafeString:
    """2.500000 → 2,50; 0.075000 → 0,075."""
    whole, _, rest = f"{dollars:.6f}".partition(".")
    return format_html("{},{}", whole, rest.rstrip("0").ljust(2, "0"))
