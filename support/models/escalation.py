"""A conversation that needs a person: why, how soon, who has it, how it ended."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from support.db import uuid7
from support.models.conversation import Conversation
from support.privacy.fields import EncryptedJSON, EncryptedText


class Priority(models.IntegerChoices):
    """Most urgent first when sorted ascending."""

    URGENT = 0, "Urgente"
    HIGH = 1, "Haute"
    NORMAL = 2, "Normale"
    LOW = 3, "Basse"


class Reason(models.TextChoices):
    """Why a person is needed."""

    HUMAN_REQUEST = "human_request", "Demande un conseiller"
    ANGER = "anger", "Colère"
    STALE_CLAIM = "stale_claim", "Dossier en retard"
    DEAD_LOOP = "dead_loop", "Incompréhension répétée"
    WRONG_RECIPIENT = "wrong_recipient", "Mauvais destinataire"
    REPEATED_REFUND = "repeated_refund", "Remboursement redemandé"
    CANNOT_SUPPLY_ID = "cannot_supply_id", "Identifiant introuvable"
    SUSPECTED_FRAUD = "suspected_fraud", "Fraude soupçonnée"
    HIGH_AMOUNT = "high_amount", "Montant élevé"
    LATE_CLAIM = "late_claim", "Délai promis dépassé"
    GUARD_REFUSAL = "guard_refusal", "Réponse impossible"
    TECHNICAL_FAULT = "technical_fault", "Panne de l'assistant"
    AGENT_STARTED = "agent_started", "Prise par un conseiller"


class Outcome(models.TextChoices):
    """How an escalation ended."""

    CLOSED = "closed", "Terminée"
    HANDED_BACK = "handed_back", "Rendue à l'assistant"


class Escalation(models.Model):
    """One stay in the queue, from the announcement to its end. A conversation has at most one open.

    ``card`` is what was known when the person was called: kind, known, missing, asked, mood, claims, amount_fcfa.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="escalations")
    reason = models.CharField("motif", max_length=20, choices=Reason)
    priority = models.PositiveSmallIntegerField("priorité", choices=Priority, default=Priority.NORMAL)
    summary = EncryptedText("résumé", blank=True, default="")
    card = EncryptedJSON("fiche", blank=True, default=dict)
    opened_at = models.DateTimeField("ouverte le")
    due_at = models.DateTimeField("échéance")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="conseiller"
    )
    taken_at = models.DateTimeField("prise le", null=True, blank=True)
    lease_until = models.DateTimeField("réservée jusqu'à", null=True, blank=True)
    closed_at = models.DateTimeField("fin", null=True, blank=True)
    outcome = models.CharField("issue", max_length=12, choices=Outcome, blank=True, default="")

    class Meta:
        verbose_name = "demande de conseiller"
        verbose_name_plural = "demandes de conseiller"
        ordering = ["priority", "due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(closed_at__isnull=True), name="one_open_escalation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.get_priority_display()})"
