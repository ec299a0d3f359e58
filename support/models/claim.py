"""A claim: what the customer wants settled, and everything that happened to it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from support.db import uuid7
from support.models.conversation import Conversation
from support.models.customer import Customer
from support.privacy.fields import EncryptedJSON


class ClaimStatus(models.TextChoices):
    """Where the back office stands."""

    RECEIVED = "received", "Reçu"
    PROCESSING = "processing", "En traitement"
    WAITING_CUSTOMER = "waiting_customer", "Attend le client"
    RESOLVED = "resolved", "Résolu"
    REFUNDED = "refunded", "Remboursé"
    REJECTED = "rejected", "Rejeté"


class Claim(models.Model):
    """A filed claim. ``slots`` maps slot → {value, source, at, validity}."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField("numéro de dossier", max_length=16, unique=True)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="claims", verbose_name="client")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="claims")
    kind = models.CharField("nature", max_length=40)
    status = models.CharField("état", max_length=20, choices=ClaimStatus, default=ClaimStatus.RECEIVED)
    slots = EncryptedJSON("informations", default=dict)
    reference_index = models.CharField(max_length=64, blank=True, default="", db_index=True, editable=False)
    filed_at = models.DateTimeField("déposé le")
    changed_at = models.DateTimeField("modifié le")

    class Meta:
        verbose_name = "dossier"
        indexes = [
            models.Index(
                fields=["filed_at"], name="claim_unsettled", condition=Q(status__in=["received", "processing"])
            )
        ]

    def __str__(self) -> str:
        return self.number


class ClaimEvent(models.Model):
    """One change in a claim's life: filed, corrected, status."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="events")
    name = models.CharField(max_length=20)
    details = EncryptedJSON(default=dict)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "événement de dossier"
        verbose_name_plural = "événements de dossier"
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%d/%m/%Y %H:%M}"
