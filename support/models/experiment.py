"""Experiments with voices: an A/B of arms side by side, or a canary that climbs; and one outcome a conversation."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q


def new_salt() -> str:
    """What places customers in this experiment independently of every other."""
    return secrets.token_hex(16)


class ExperimentKind(models.TextChoices):
    """Arms side by side, or one candidate let in little by little."""

    AB = "ab", "Comparaison A/B"
    CANARY = "canary", "Mise en service progressive"


class ExperimentStatus(models.TextChoices):
    """Only a running one gives anybody an arm; the last three are for good."""

    DRAFT = "draft", "Brouillon"
    RUNNING = "running", "En cours"
    STOPPED = "stopped", "Arrêtée"
    ROLLED_BACK = "rolled_back", "Annulée"
    DONE = "done", "Terminée"


class Experiment(models.Model):
    """``arms`` are {name, weight, tier, adapter}, the control first; an empty tier or adapter is the usual one.

    ``share`` is the per cent of customers who are part of an A/B, or who hear a canary's candidate; ``history`` holds
    [instant, step, share] of every change, ``findings`` what was seen at the last look (see ``support.experiments``).
    """

    name = models.SlugField("nom", max_length=40)
    brand = models.SlugField("marque")
    kind = models.CharField("nature", max_length=8, choices=ExperimentKind)
    arms: models.JSONField[Any, Any] = models.JSONField("voix comparées", default=list)
    share = models.PositiveSmallIntegerField("part des clients (%)", default=100)
    step = models.PositiveSmallIntegerField("palier", default=0)
    status = models.CharField("état", max_length=12, choices=ExperimentStatus, default=ExperimentStatus.DRAFT)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    history: models.JSONField[Any, Any] = models.JSONField("paliers", default=list, editable=False)
    findings: models.JSONField[Any, Any] = models.JSONField("constats", default=dict, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="auteur", editable=False
    )
    created_at = models.DateTimeField("écrite le", auto_now_add=True)
    started_at = models.DateTimeField("commencée le", null=True, blank=True, editable=False)
    ended_at = models.DateTimeField("finie le", null=True, blank=True, editable=False)
    why = models.CharField("motif de la fin", max_length=80, blank=True, default="", editable=False)
    looked_at = models.DateTimeField("regardée le", null=True, blank=True, editable=False)
    measured_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "expérience"
        ordering = ["-id"]
        permissions = [("run_experiment", "Peut lancer, arrêter et annuler une expérience")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "name"], name="experiment_name_once"),
            models.UniqueConstraint(
                fields=["brand"], condition=Q(status="running"), name="one_running_experiment_a_brand"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExperimentOutcome(models.Model):
    """How a customer's first conversation in an arm went. ``customer`` is a keyed digest, another in each experiment.

    ``fresh``: no other arm had an outcome of this customer before.
    """

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="outcomes", verbose_name="expérience")
    arm = models.CharField("voix", max_length=40)
    customer = models.CharField(max_length=64)
    step = models.PositiveSmallIntegerField("palier", default=0)
    fresh = models.BooleanField(default=True)
    began_at = models.DateTimeField("commencée le")
    at = models.DateTimeField("mesurée le")
    resolved = models.BooleanField("résolue sans conseiller")
    handed_over = models.BooleanField("confiée à un conseiller")
    bad = models.BooleanField("mal finie")
    refused = models.BooleanField("réponse refusée par le garde")
    reasked = models.BooleanField("information redemandée")
    turns = models.PositiveIntegerField("réponses")
    milliseconds = models.FloatField("durée moyenne d'une réponse (ms)")
    cost_usd = models.DecimalField("coût (USD)", max_digits=12, decimal_places=6, default=0)
    csat = models.PositiveSmallIntegerField("satisfaction", null=True, blank=True)

    class Meta:
        verbose_name = "conversation mesurée"
        verbose_name_plural = "conversations mesurées"
        ordering = ["began_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["experiment", "customer", "arm"], name="experiment_outcome_once")
        ]
        indexes = [models.Index(fields=["experiment", "began_at", "id"], name="outcome_in_order")]

    def __str__(self) -> str:
        return f"{self.arm} {self.customer[:6]}"
