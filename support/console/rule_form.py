"""The form of a rule: one field for each word of the vocabulary, whose faults are said where they are."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any, cast

from django import forms
from django.conf import settings
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from chatbot import brand
from support.console.brand_form import BrandForm
from support.console.desk_records import kinds
from support.models import Channel, Label, Priority, Reason, Rule, Status, Team
from support.rules import acting, vocabulary
from support.rules.vocabulary import MOODS, Acts, Conditions, RuleError

CONDITIONS = [each.name for each in fields(Conditions)]
ACTS = [each.name for each in fields(Acts)]
STATUSES = [("", "Ne change pas"), (Status.PENDING, Status.PENDING.label), (Status.SNOOZED, Status.SNOOZED.label)]


def _some(label: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget)


def _number(label: str, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, help_text=help_text, widget=UnfoldAdminIntegerFieldWidget)


def _one(label: str, help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, help_text=help_text, widget=UnfoldAdminSelectWidget)


class RuleForm(BrandForm):
    """What is left empty asks nothing, or does nothing."""

    reasons = _some("Motif")
    kinds = _some("Nature")
    senders = _some("Opérateur d'envoi")
    receivers = _some("Opérateur de réception")
    channels = _some("Canal")
    moods = _some("Humeur du client")
    words = forms.CharField(
        label="Mots du client",
        required=False,
        help_text="Séparés par des virgules ; un seul suffit. Cherchés dans ce qu'il vient d'écrire (à l'ouverture : "
        "dans l'heure qui précède), tel quel et en français courant, sans les accents.",
        widget=UnfoldAdminTextInputWidget,
    )
    amount = _number("Montant en jeu, au moins (FCFA)")
    claims = _number("Dossiers en cours du client, au moins")
    score = _number("Note, au plus", "De 1 à 5 ; seulement quand le client donne une note.")
    closed = forms.BooleanField(label="Hors des horaires du service", required=False, widget=UnfoldBooleanSwitchWidget)
    priority = _one("Priorité au moins", "Une règle n'abaisse jamais une priorité.")
    team = _one("Confier à l'équipe")
    label = _one("Mettre l'étiquette")
    status = _one("État")
    hours = _number("Veille (heures)")
    notice = forms.BooleanField(label="Prévenir les superviseurs", required=False, widget=UnfoldBooleanSwitchWidget)

    class Meta:
        model = Rule
        fields = ("brand", "name", "occasion", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in self._choices().items():
            if name in self.fields:
                cast("forms.ChoiceField", self.fields[name]).choices = choices
        stored = {**self.instance.conditions, **self.instance.acts}
        stored["words"] = ", ".join(stored.get("words", ()))
        self.initial.update({name: value for name, value in stored.items() if name in self.fields})

    def _choices(self) -> dict[str, Any]:
        listed = cast("list[dict[str, str]]", brand.load(settings.BRAND).operators["operator"])
        operators = [(each["name"], each["label"]) for each in listed]
        return {
            "reasons": Reason.choices,
            "kinds": kinds(),
            "senders": operators,
            "receivers": operators,
            "channels": Channel.choices,
            "moods": MOODS.items(),
            "priority": [("", "Ne change pas"), *Priority.choices[:-1]],
            "team": [("", "Aucune"), *Team.objects.values_list("pk", "name")],
            "label": [("", "Aucune"), *Label.objects.values_list("pk", "name")],
            "status": STATUSES,
        }

    def clean(self) -> dict[str, Any]:
        """The vocabulary judges; each fault stands at its field."""
        cleaned = {**(super().clean() or self.cleaned_data)}
        if self.errors:
            return cleaned
        said = {name: _value(name, cleaned.get(name)) for name in (*CONDITIONS, *ACTS)}
        given = {name: value for name, value in said.items() if value not in (None, "", [])}
        try:
            asked = vocabulary.conditions({n: given[n] for n in CONDITIONS if n in given}, cleaned["occasion"])
            done = vocabulary.acts({n: given[n] for n in ACTS if n in given}, cleaned["occasion"])
            acting.things(cleaned["brand"], done)
        except RuleError as fault:
            self.add_error(fault.field if fault.field in self.fields else None, str(fault))
        else:
            self.instance.conditions, self.instance.acts = vocabulary.plain(asked), vocabulary.plain(done)
        return cleaned


def _value(name: str, value: Any) -> Any:
    if name == "words":
        return [word.strip() for word in re.split(r"[,;\n]", value or "") if word.strip()]
    if name in ("priority", "label", "team"):
        return int(value) if value else None
    return value
