"""Programs that call us and that we call: API tokens, made here and shown once, and the outbox to the back office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from support import db
from support.accounts.pages import user_of
from support.backoffice import tokens, webhook
from support.console import roles
from support.console.masking import mask_phones
from support.console.readonly import RecordAdmin
from support.models import ApiToken, OutgoingEvent
from support.privacy import audit

if TYPE_CHECKING:
    _TokenForm = forms.ModelForm[ApiToken]
else:
    _TokenForm = forms.ModelForm


class TokenForm(_TokenForm):
    """Who gets it, what for, until when."""

    chosen = forms.MultipleChoiceField(
        label="droits",
        choices=[(scope, scope) for scope in tokens.SCOPES],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    days = forms.IntegerField(
        label="jours de validité", min_value=1, max_value=3650, required=False, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = ApiToken
        fields = ("name",)


@admin.register(ApiToken)
class ApiTokenAdmin(ModelAdmin):
    """Administrators make and revoke them; nobody can read one again."""

    form = TokenForm
    list_display = ("name", "prefix", "scopes", "brand", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("brand",)
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        """The form for a new one, the record of an old one."""
        return self.list_display if obj else ("name", "chosen", "days")

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """Never: a token's rights are its own for life."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """Never: revoke it, and its record stays."""
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Who may make one."""
        return bool(self.has_add_permission(request))

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        """Make it, and show it this once."""
        said = form.cleaned_data
        row, token = tokens.create(
            obj.name, said["chosen"], settings.BRAND, tokens.in_days(said["days"]), user_of(request)
        )
        obj.pk, obj.prefix = row.pk, row.prefix
        shown = format_html("Copiez ce jeton maintenant, il n'est montré qu'une fois : <code>{}</code>", token)
        messages.warning(request, shown)

    def log_addition(self, *args: Any, **kwargs: Any) -> None:
        """Our own audit trail has it."""

    @admin.action(permissions=["revoke"], description="Révoquer")
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiToken]) -> None:
        """End them now."""
        count = sum(tokens.revoke(row, user_of(request)) for row in chosen)
        messages.success(request, f"{count} jeton(s) révoqué(s).")


@admin.register(OutgoingEvent)
class OutgoingEventAdmin(RecordAdmin):
    """What the back office was told, is to be told, and could not be told."""

    list_display = ("name", "claim", "state", "attempts", "outcome", "created_at", "next_at", "delivered_at")
    list_filter = ("state", "name")
    list_select_related = ("claim",)
    fields = (*list_display, "content")
    ordering = ("-id",)
    actions = ("again",)

    @admin.display(description="contenu")
    def content(self, event: OutgoingEvent) -> str:
        """What was sent, word for word but for the numbers."""
        return mask_phones(event.body)

    def has_again_permission(self, request: HttpRequest) -> bool:
        """Who settles claims."""
        return roles.may_settle(user_of(request))

    @admin.action(permissions=["again"], description="Réessayer ceux qui sont abandonnés")
    def again(self, request: HttpRequest, chosen: QuerySet[OutgoingEvent]) -> None:
        """Take up what was given up."""
        with db.write():
            taken_up = [str(event.pk) for event in chosen if webhook.retry(event)]
            if taken_up:
                audit.record(user_of(request), "outgoing_again", "outgoing", {"events": taken_up})
        messages.success(request, f"{len(taken_up)} notification(s) remise(s) en route.")
