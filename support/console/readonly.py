"""Records that the admin shows and nobody edits there: they are written by the journey, or not at all."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline


class _ReadOnly:
    """No adding, no changing, no deleting, whoever asks."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


class RecordAdmin(_ReadOnly, ModelAdmin):
    """A page of records to look at."""

    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = False
    actions: Any = None


class RecordInline(_ReadOnly, TabularInline):
    """Records under a record."""

    extra = 0
    per_page = 50
    show_change_link = False
    tab = False
    hide_title = True
