"""The back office's side: the tokens its programs show us, and the outbox of what we tell it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from support.db import uuid7
from support.models.claim import Claim
from support.privacy.fields import EncryptedText


class ApiToken(models.Model):
    """A program's right to call the API. The token itself is shown once and kept nowhere; ``digest`` finds it again."""

    name = models.CharField("nom", max_length=80)
    prefix = models.CharField("début", max_length=12, help_text="les premiers caractères, pour le reconnaître")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.CharField("droits", max_length=100, help_text="séparés par des virgules : backoffice, predict")
    brand = models.SlugField("marque")
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="créé par"
    )
    expires_at = models.DateTimeField("expire le", null=True, blank=True)
    last_used_at = models.DateTimeField("utilisé le", null=True, blank=True)
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)

    class Meta:
        verbose_name = "jeton d'API"
        verbose_name_plural = "jetons d'API"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class OutgoingState(models.TextChoices):
    """Where a notice to the back office stands."""

    PENDING = "pending", "À envoyer"
    DELIVERED = "delivered", "Remis"
    DEAD = "dead", "Abandonné"


class OutgoingEvent(models.Model):
    """One notice to the back office: written with what it tells, sent until it is taken, too old, or unwanted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="outgoing", verbose_name="dossier")
    name = models.CharField("événement", max_length=30)
    body = EncryptedText("contenu")
    state = models.CharField("état", max_length=10, choices=OutgoingState, default=OutgoingState.PENDING)
    created_at = models.DateTimeField("écrit le")
    since = models.DateTimeField("âge compté depuis")
    next_at = models.DateTimeField("prochain essai")
    attempts = models.PositiveIntegerField("essais", default=0)
    delivered_at = models.DateTimeField("remis le", null=True, blank=True)
    outcome = models.CharField("dernier résultat", max_length=60, blank=True, default="")

    class Meta:
        verbose_name = "notification au back-office"
        verbose_name_plural = "notifications au back-office"
        ordering = ["-id"]
        indexes = [models.Index(fields=["next_at"], name="outgoing_pending", condition=Q(state="pending"))]

    def __str__(self) -> str:
        return f"{self.name} {str(self.id)[-6:]}"
