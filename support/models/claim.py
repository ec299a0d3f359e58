"""A claim: what the customer wants settled, and everything that happened to it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from support.db import uuid7
from support.models.conversation import Conversation, Message
from support.models.customer import Customer
from support.privacy.fields import EncryptedJSON, EncryptedText


class ClaimStatus(models.TextChoices):
    """Where the back office stands."""

    RECEIVED = "received", "Reçu"
    PROCESSING = "processing", "En traitement"
    WAITING_CUSTOMER = "waiting_customer", "Attend le client"
    RESOLVED = "resolved", "Résolu"
    REFUNDED = "refunded", "Remboursé"
    REJECTED = "rejected", "Rejeté"


class Forwarded(models.TextChoices):
    """How a claim first reached the back office."""

    WEBHOOK = "webhook", "Notification"
    API = "api", "Lu par l'API"
    EXPORT = "export", "Export"
    UPDATE = "update", "Le back-office a répondu"


class Claim(models.Model):
    """A filed claim. ``slots`` maps slot → {value, source, at, validity}; operators and amount repeat some of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField("numéro de dossier", max_length=16, unique=True)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="claims", verbose_name="client")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="claims")
    kind = models.CharField("nature", max_length=40)
    status = models.CharField("état", max_length=20, choices=ClaimStatus, default=ClaimStatus.RECEIVED)
    slots = EncryptedJSON("informations", default=dict)
    from_operator = models.SlugField("opérateur d'envoi", max_length=20, blank=True, default="")
    to_operator = models.SlugField("opérateur de réception", max_length=20, blank=True, default="")
    amount_fcfa = models.PositiveBigIntegerField("montant", null=True, blank=True)
    error = models.SlugField(
        "erreur", max_length=40, blank=True, default="", help_text="ce que le client dit de la panne"
    )
    reference_index = models.CharField(max_length=64, blank=True, default="", db_index=True, editable=False)
    filed_at = models.DateTimeField("déposé le")
    changed_at = models.DateTimeField("modifié le")
    note = EncryptedText("note pour le client", blank=True, default="")
    success_reference = EncryptedText("référence du règlement", blank=True, default="")
    status_at = models.DateTimeField(
        "état donné le", null=True, blank=True, help_text="horloge du back-office ; un état plus ancien ne compte plus"
    )
    forwarded_at = models.DateTimeField("transmis le", null=True, blank=True)
    forwarded_by = models.CharField("transmis par", max_length=10, choices=Forwarded, blank=True, default="")

    class Meta:
        verbose_name = "dossier"
        permissions = [("settle_claim", "Peut changer l'état d'un dossier, exporter et importer")]
        indexes = [
            models.Index(fields=["changed_at", "id"], name="claim_by_change"),
            models.Index(fields=["filed_at", "kind"], name="claim_by_filing"),
            models.Index(
                fields=["filed_at"], name="claim_unsettled", condition=Q(status__in=["received", "processing"])
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Told(models.TextChoices):
    """Whether the customer knows of a change of status. The duty to tell is written together with the change."""

    NOTHING = "", "Rien à dire"
    DUE = "due", "À dire"
    TOLD = "told", "Dit par l'assistant"
    AGENT = "agent", "À dire par le conseiller"
    BY_AGENT = "by_agent", "Laissé au conseiller"
    STOPPED = "stopped", "Le client a dit STOP"


class ClaimEvent(models.Model):
    """One change in a claim's life: filed, corrected, status. ``message`` told the customer of it."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="events")
    name = models.CharField(max_length=20)
    details = EncryptedJSON(default=dict)
    at = models.DateTimeField()
    event_id = models.CharField(max_length=100, null=True, blank=True, help_text="donné par le back-office")
    recorded_at = models.DateTimeField(null=True, blank=True)
    told = models.CharField("dit au client", max_length=10, choices=Told, blank=True, default=Told.NOTHING)
    message = models.OneToOneField(Message, models.SET_NULL, null=True, blank=True, related_name="claim_event")

    class Meta:
        verbose_name = "événement de dossier"
        verbose_name_plural = "événements de dossier"
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["claim", "event_id"], name="claim_event_once")]
        indexes = [
            models.Index(fields=["recorded_at"], name="claim_event_to_tell", condition=Q(told__in=["due", "agent"]))
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%d/%m/%Y %H:%M}"
