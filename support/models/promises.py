"""What is promised to customers who wait for a person, and what they thought of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from support.models.conversation import Conversation, Message
from support.models.escalation import Escalation, Priority
from support.privacy.fields import EncryptedText


class ServiceLevel(models.Model):
    """Minutes promised to a kind of case and a priority; the row that names most of both holds. Empty: any."""

    brand = models.SlugField("marque")
    kind = models.SlugField("nature", max_length=40, blank=True, default="")
    priority = models.PositiveSmallIntegerField("priorité", choices=Priority, null=True, blank=True)
    first_reply = models.PositiveIntegerField("première réponse (min)")
    next_reply = models.PositiveIntegerField("réponses suivantes (min)")
    resolution = models.PositiveIntegerField("résolution (min)")
    business_hours = models.BooleanField("aux heures de service seulement", default=True)
    warn_at = models.PositiveSmallIntegerField("avertir à (% du délai)", default=75)

    class Meta:
        verbose_name = "engagement de délai"
        verbose_name_plural = "engagements de délai"
        ordering = ["brand", "kind", "priority"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "kind", "priority"], name="service_level_once"),
            models.UniqueConstraint(
                fields=["brand", "kind"], condition=Q(priority__isnull=True), name="general_service_level_once"
            ),
            models.CheckConstraint(condition=Q(warn_at__range=(1, 100)), name="warned_before_it_is_due"),
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.kind or '*'} {self.priority if self.priority is not None else '*'}"


class Promised(models.TextChoices):
    """What a case is promised."""

    FIRST_REPLY = "first_reply", "Première réponse"
    NEXT_REPLY = "next_reply", "Réponse suivante"
    RESOLUTION = "resolution", "Résolution"


class PromiseStep(models.TextChoices):
    """What is told of a promise that is not kept yet."""

    WARNED = "warned", "Échéance proche"
    BREACHED = "breached", "Échéance dépassée"


class PromiseEvent(models.Model):
    """That people were told of a promise: each step once for each time it runs, which ``began_at`` names.

    A case has up to three promises at once, and a new one with each question of its customer: its own columns
    ``warned_at`` and ``breached_at`` keep the first of each only.
    """

    escalation = models.ForeignKey(Escalation, models.CASCADE, related_name="promise_events")
    promise = models.CharField("engagement", max_length=12, choices=Promised)
    step = models.CharField("étape", max_length=8, choices=PromiseStep)
    began_at = models.DateTimeField("court depuis")
    due_at = models.DateTimeField("échéance")
    at = models.DateTimeField("à")

    class Meta:
        verbose_name = "suivi d'engagement"
        verbose_name_plural = "suivi des engagements"
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["escalation", "promise", "step", "began_at"], name="promise_told_once")
        ]
        indexes = [models.Index(fields=["step", "at"], name="promise_events_by_time")]

    def __str__(self) -> str:
        return f"{self.get_promise_display()}: {self.get_step_display()}"


class Satisfaction(models.Model):
    """The one-digit question after a resolution, asked once, and its answer (1 bad … 5 good).

    ``looked_at``, ``looked_by``: of a low score, when a supervisor had seen to it and took it off the board.
    """

    escalation = models.OneToOneField(Escalation, models.CASCADE, related_name="satisfaction")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="satisfactions")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    question = models.OneToOneField(Message, models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField("demandée à")
    score = models.PositiveSmallIntegerField("note", null=True, blank=True)
    comment = EncryptedText("commentaire", blank=True, default="")
    answered_at = models.DateTimeField("répondue à", null=True, blank=True)
    looked_at = models.DateTimeField("regardée à", null=True, blank=True)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="regardée par"
    )

    class Meta:
        verbose_name = "satisfaction"
        constraints = [
            models.CheckConstraint(condition=Q(score__isnull=True) | Q(score__range=(1, 5)), name="score_one_to_five")
        ]
        indexes = [
            models.Index(
                fields=["-answered_at"],
                name="satisfaction_to_look_at",
                condition=Q(score__isnull=False, looked_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return str(self.score or "-")
