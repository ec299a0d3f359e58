"""What is promised to customers who wait for a person, and what they thought of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from support.models.conversation import Conversation, Message
from support.models.escalation import Escalation, Priority


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


class Satisfaction(models.Model):
    """The one-digit question after a resolution, asked once, and its answer (1 bad … 5 good)."""

    escalation = models.OneToOneField(Escalation, models.CASCADE, related_name="satisfaction")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="satisfactions")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    question = models.OneToOneField(Message, models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField("demandée à")
    score = models.PositiveSmallIntegerField("note", null=True, blank=True)
    answered_at = models.DateTimeField("répondue à", null=True, blank=True)

    class Meta:
        verbose_name = "satisfaction"
        constraints = [
            models.CheckConstraint(condition=Q(score__isnull=True) | Q(score__range=(1, 5)), name="score_one_to_five")
        ]

    def __str__(self) -> str:
        return str(self.score or "-")
