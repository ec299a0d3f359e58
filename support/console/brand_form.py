"""The form of a row that belongs to a brand: the house's own to begin with, and one that is here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from support.knowledge import values


class BrandForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no parameter at run time
    """Every row of the admin that has a ``brand`` is written through one of these."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("brand", settings.BRAND)

    def clean_brand(self) -> str:
        """One that is here."""
        if not values.brand_exists(slug := self.cleaned_data["brand"]):
            raise forms.ValidationError("Cette marque n'existe pas ici.")
        return str(slug)
