"""Automation rules: what a supervisor wants done by itself, when it was done, and what is yet to be looked at."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from support.models.conversation import Conversation
from support.models.escalation import Escalation


class Occasion(models.TextChoices):
    """What makes the house look at its rules."""

    OPENED = "opened", "Une demande de conseiller s'ouvre"
    WROTE = "wrote", "Le client écrit dans une demande ouverte"
    PROMISE = "promise", "Une échéance approche"
    RESOLVED = "resolved", "Une demande est terminée par un conseiller"
    SCORED = "scored", "Le client donne une note"


class Rule(models.Model):
    """On an occasion, when all ``conditions`` hold, do the ``acts``: both as ``support.rules.vocabulary`` checks them.

    Only an ``active`` one acts. ``fault`` is why the house itself has switched it off, in French.
    """

    brand = models.SlugField("marque")
    name = models.CharField("nom", max_length=60)
    occasion = models.CharField("quand", max_length=10, choices=Occasion, default=Occasion.OPENED)
    conditions: models.JSONField[Any, Any] = models.JSONField("conditions", default=dict, blank=True)
    acts: models.JSONField[Any, Any] = models.JSONField("actes", default=dict, blank=True)
    position = models.PositiveSmallIntegerField("place", default=0, help_text="Les règles agissent dans cet ordre.")
    active = models.BooleanField("en service", default=False)
    fault = models.CharField("arrêtée parce que", max_length=200, blank=True, default="")
    changed_at = models.DateTimeField("modifiée le", auto_now=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="modifiée par"
    )

    class Meta:
        verbose_name = "règle"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["brand", "name"], name="rule_name_once")]

    def __str__(self) -> str:
        return self.name


class RuleOccasion(models.Model):
    """An occasion not looked at yet, written with what caused it: a worker that dies forgets none.

    ``seq`` is the customer's last message by then; ``at`` the clock of the business.
    """

    escalation = models.ForeignKey(Escalation, models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    occasion = models.CharField("occasion", max_length=10, choices=Occasion)
    seq = models.PositiveIntegerField(default=0)
    at = models.DateTimeField("à")
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "occasion à regarder"
        verbose_name_plural = "occasions à regarder"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.occasion} {self.seq}"


class RuleRun(models.Model):
    """That a rule has acted on a case: it does so at most once for its occasion."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="runs")
    escalation = models.ForeignKey(Escalation, models.CASCADE, related_name="rule_runs")
    occasion = models.CharField("occasion", max_length=10, choices=Occasion)
    at = models.DateTimeField("à")

    class Meta:
        verbose_name = "passage d'une règle"
        verbose_name_plural = "passages de règles"
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["rule", "escalation", "occasion"], name="rule_acts_once")]

    def __str__(self) -> str:
        return f"{self.rule} {self.at:%d/%m %H:%M}"
