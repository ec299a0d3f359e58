"""The people of the desk: when they are there, how much they take on, when the desk is open, who gets what."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from support.db import uuid7
from support.models.conversation import Conversation
from support.privacy.fields import EncryptedText


class Availability(models.TextChoices):
    """What a member of staff says of themselves; whether they are really there is seen from ``seen_at``."""

    AVAILABLE = "available", "Disponible"
    BUSY = "busy", "Occupé"
    AWAY = "away", "Absent"


class TeamMember(models.Model):
    """How one member of staff takes part in the desk. ``skills`` are kinds of claim, ``languages`` ISO 639 codes."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="team_member", verbose_name="utilisateur"
    )
    availability = models.CharField("disponibilité", max_length=10, choices=Availability, default=Availability.AWAY)
    seen_at = models.DateTimeField("vu à", null=True, blank=True)
    assigned_at = models.DateTimeField("dernière attribution", null=True, blank=True)
    capacity = models.PositiveSmallIntegerField("conversations à la fois", default=6)
    skills: models.JSONField[Any, Any] = models.JSONField("compétences", default=list, blank=True)
    languages: models.JSONField[Any, Any] = models.JSONField("langues", default=list, blank=True)

    class Meta:
        verbose_name = "membre de l'équipe"
        verbose_name_plural = "membres de l'équipe"

    def __str__(self) -> str:
        return str(self.user)


class Assignment(models.TextChoices):
    """How waiting cases find a person."""

    MANUAL = "manual", "À la main"
    ROUND_ROBIN = "round_robin", "À tour de rôle"
    LEAST_LOADED = "least_loaded", "Au moins chargé"


class DeskSettings(models.Model):
    """How a brand's desk works. A brand without a row works by hand, by the hours of its folder."""

    brand = models.SlugField("marque", unique=True)
    assignment = models.CharField("attribution", max_length=12, choices=Assignment, default=Assignment.MANUAL)
    hours_here = models.BooleanField(
        "horaires saisis ici", default=False, help_text="sinon ceux du dossier de la marque font foi"
    )

    class Meta:
        verbose_name = "réglage du service"
        verbose_name_plural = "réglages du service"

    def __str__(self) -> str:
        return self.brand


class OpeningHours(models.Model):
    """One span of a weekday (Monday 1 … Sunday 7) during which people answer, Abidjan time."""

    brand = models.SlugField("marque")
    weekday = models.PositiveSmallIntegerField("jour")
    opens = models.TimeField("ouvre à")
    closes = models.TimeField("ferme à")

    class Meta:
        verbose_name = "horaire"
        ordering = ["brand", "weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="a_weekday"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="closes_after_it_opens"),
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class Holiday(models.Model):
    """A day on which nobody answers."""

    brand = models.SlugField("marque")
    day = models.DateField("jour")
    name = models.CharField("nom", max_length=60)

    class Meta:
        verbose_name = "jour férié"
        verbose_name_plural = "jours fériés"
        ordering = ["brand", "day"]
        constraints = [models.UniqueConstraint(fields=["brand", "day"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.name}"


class NoticeKind(models.TextChoices):
    """What a member of staff is told of."""

    MENTION = "mention", "Mention"
    TRANSFER = "transfer", "Transfert"
    ASSIGNED = "assigned", "Attribution"
    WARNING = "warning", "Échéance proche"
    BREACH = "breach", "Échéance dépassée"
    LOW_SCORE = "low_score", "Client mécontent"
    INCIDENT = "incident", "Incident"
    PROPOSAL = "proposal", "Proposition"
    TEAM = "team", "Pour mon équipe"
    RULE = "rule", "Règle"


class Notice(models.Model):
    """Something a member of staff should look at, until they have."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField("nature", max_length=10, choices=NoticeKind)
    conversation = models.ForeignKey(Conversation, models.CASCADE, null=True, blank=True, related_name="+")
    text = EncryptedText("texte", blank=True, default="")
    at = models.DateTimeField("à")
    seen_at = models.DateTimeField("vue à", null=True, blank=True)

    class Meta:
        verbose_name = "avis"
        verbose_name_plural = "avis"
        ordering = ["-at"]
        indexes = [models.Index(fields=["user", "-at"], name="notice_unseen", condition=Q(seen_at__isnull=True))]

    def __str__(self) -> str:
        return self.get_kind_display()
