"""When many are hit at once: incidents, and how much the assistant does meanwhile."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from support.db import uuid7
from support.models.conversation import Conversation


class Incident(models.Model):
    """One trouble of many: a kind of case between two operators with one error. Empty: any of it.

    While it is open the assistant says ``notice`` to whoever is hit; ``closing`` is what all are told when it is fixed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.SlugField("marque")
    name = models.CharField("nom", max_length=80)
    kind = models.SlugField("nature", max_length=40, blank=True, default="")
    from_operator = models.SlugField("opérateur d'envoi", max_length=20, blank=True, default="")
    to_operator = models.SlugField("opérateur de réception", max_length=20, blank=True, default="")
    error = models.SlugField("erreur", max_length=40, blank=True, default="")
    notice = models.TextField("avis de l'assistant", max_length=500, blank=True, default="")
    closing = models.TextField("message de fin", max_length=500, blank=True, default="")
    label = models.ForeignKey("Label", models.SET_NULL, null=True, blank=True, related_name="+")
    began_at = models.DateTimeField("depuis")
    opened_at = models.DateTimeField("déclaré à")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    fixed_at = models.DateTimeField("réglé à", null=True, blank=True)
    fixed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    figures: models.JSONField[Any, Any] = models.JSONField("mesures", default=dict, blank=True)

    class Meta:
        verbose_name = "incident"
        ordering = ["-opened_at"]
        permissions = [("run_incident", "Peut déclarer et clore un incident")]
        indexes = [models.Index(fields=["brand"], name="incident_open", condition=Q(fixed_at__isnull=True))]

    def __str__(self) -> str:
        return self.name


class IncidentCase(models.Model):
    """A conversation hit by an incident, and whether it was told."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="cases")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="incidents")
    at = models.DateTimeField("à")
    noticed_at = models.DateTimeField("avis donné à", null=True, blank=True)
    closing_told_at = models.DateTimeField("fin dite à", null=True, blank=True)

    class Meta:
        verbose_name = "conversation touchée"
        verbose_name_plural = "conversations touchées"
        constraints = [models.UniqueConstraint(fields=["incident", "conversation"], name="incident_case_once")]

    def __str__(self) -> str:
        return f"{self.incident} {self.conversation}"


class Mode(models.TextChoices):
    """How much the assistant does."""

    FULL = "full", "Assistant complet"
    COLLECT = "collect", "Collecte seulement"
    PEOPLE = "people", "Personnes seulement"


class ServiceSwitch(models.Model):
    """How much the assistant does on a channel and for an operator. Empty: all; the row that names most holds."""

    brand = models.SlugField("marque")
    channel = models.CharField("canal", max_length=10, blank=True, default="")
    operator = models.SlugField("opérateur", max_length=20, blank=True, default="")
    mode = models.CharField("mode", max_length=8, choices=Mode, default=Mode.FULL)
    reason = models.CharField("pourquoi", max_length=200, blank=True, default="")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField("depuis")

    class Meta:
        verbose_name = "interrupteur de l'assistant"
        verbose_name_plural = "interrupteurs de l'assistant"
        constraints = [models.UniqueConstraint(fields=["brand", "channel", "operator"], name="service_switch_once")]

    def __str__(self) -> str:
        return f"{self.brand} {self.channel or '*'} {self.operator or '*'}: {self.get_mode_display()}"
