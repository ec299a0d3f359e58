"""The form of a macro: one field for each act, whose faults are said in French; and its acts as a reader sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from support.console import macros, ready, variables
from support.models import Macro, Priority, Status

PRIORITIES = [("", "Ne change pas"), *((each.name.lower(), each.label) for each in Priority)]
STATUSES = [("", "Ne change pas"), *((name, Status(name).label) for name in macros.STATUSES)]


class MacroForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no parameter at run time
    """What is left empty does nothing."""

    reply = forms.CharField(
        label="Réponse au client",
        required=False,
        help_text="Entre accolades : " + ", ".join(f"{{{name}}}" for name in variables.NAMES),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )
    note = forms.CharField(
        label="Note interne",
        required=False,
        help_text="Le client ne la voit jamais.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    labels = forms.CharField(
        label="Étiquettes", required=False, help_text="Séparées par des virgules.", widget=UnfoldAdminTextInputWidget
    )
    priority = forms.ChoiceField(label="Priorité", required=False, choices=PRIORITIES, widget=UnfoldAdminSelectWidget)
    status = forms.ChoiceField(label="État", required=False, choices=STATUSES, widget=UnfoldAdminSelectWidget)
    snooze_hours = forms.IntegerField(label="Veille (heures)", required=False, widget=UnfoldAdminIntegerFieldWidget)

    class Meta:
        model = Macro
        fields = ("brand", "name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = dict(self.instance.steps)
        steps["labels"] = ", ".join(steps.get("labels", ()))
        self.initial.update({name: value for name, value in steps.items() if name in self.fields})

    def clean(self) -> dict[str, Any]:
        """Every act can be carried out, and no reply asks for a secret code."""
        cleaned = {**(super().clean() or self.cleaned_data)}
        if self.errors:
            return cleaned
        said = {name: cleaned.get(name) for name in macros.STEPS}
        said["labels"] = [name.strip() for name in cleaned.get("labels", "").split(",") if name.strip()]
        try:
            steps = macros.check({name: value for name, value in said.items() if value not in (None, "", [])})
        except macros.MacroError as error:
            raise forms.ValidationError(str(error)) from error
        if fault := ready.fault(settings.BRAND, str(steps.get("reply", ""))):
            self.add_error("reply", fault)
        self.instance.steps = dict(steps)
        return cleaned


def told(steps: Mapping[str, Any]) -> str:
    """The acts in a line, as « réponse « Je vérifie. » · étiquette « à suivre » · en veille 2 h »."""
    status = steps.get("status", "")
    acts = [
        f"réponse « {steps['reply']} »" if "reply" in steps else "",
        *(f"étiquette « {name} »" for name in steps.get("labels", ())),
        macros.priority_word(steps),
        f"en veille {steps['snooze_hours']:g} h" if status == Status.SNOOZED else "",
        Status(status).label.lower() if status and status != Status.SNOOZED else "",
        f"note « {steps['note']} »" if "note" in steps else "",
    ]
    return " · ".join(act for act in acts if act)
