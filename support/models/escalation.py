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
    PEOPLE_ONLY = "people_only", "Assistant en retrait"
    AGENT_STARTED = "agent_started", "Prise par un conseiller"


class Outcome(models.TextChoices):
    """How an escalation ended."""

    CLOSED = "closed", "Terminée"
    HANDED_BACK = "handed_back", "Rendue à l'assistant"


class Status(models.TextChoices):
    """Where the work on a case stands. A message of the customer opens what is pending or snoozed again."""

    OPEN = "open", "Ouverte"
    PENDING = "pending", "En attente du client"
    SNOOZED = "snoozed", "Mise en veille"
    RESOLVED = "resolved", "Résolue"


class Escalation(models.Model):
    """One stay in the queue, from the announcement to its end. A conversation has at most one open.

    ``card`` is what was known when the person was called: kind, known, missing, asked, mood, claims, amount_fcfa;
    ``kind`` and the operators repeat of it what the queue is filtered by. ``asked_count`` and ``asked_at``: the
    customer's messages since the last reply of a person, and the first of them. ``due_at`` promises the first reply.
    ``instruction`` is what the assistant was told to do when it got the conversation back, by its name in brand.toml.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="escalations")
    reason = models.CharField("motif", max_length=20, choices=Reason)
    priority = models.PositiveSmallIntegerField("priorité", choices=Priority, default=Priority.NORMAL)
    summary = EncryptedText("résumé", blank=True, default="")
    card = EncryptedJSON("fiche", blank=True, default=dict)
    kind = models.SlugField("nature", max_length=40, blank=True, default="")
    from_operator = models.SlugField("opérateur d'envoi", max_length=20, blank=True, default="")
    to_operator = models.SlugField("opérateur de réception", max_length=20, blank=True, default="")
    status = models.CharField("état", max_length=10, choices=Status, default=Status.OPEN)
    snoozed_until = models.DateTimeField("en veille jusqu'à", null=True, blank=True)
    opened_at = models.DateTimeField("ouverte le")
    due_at = models.DateTimeField("échéance de la première réponse")
    next_due_at = models.DateTimeField("échéance de la réponse suivante", null=True, blank=True)
    resolve_due_at = models.DateTimeField("échéance de la résolution", null=True, blank=True)
    first_replied_at = models.DateTimeField("première réponse d'une personne", null=True, blank=True)
    replied_at = models.DateTimeField("dernière réponse d'une personne", null=True, blank=True)
    asked_at = models.DateTimeField("client sans réponse depuis", null=True, blank=True)
    asked_count = models.PositiveIntegerField("messages sans réponse", default=0)
    warned_at = models.DateTimeField("averti à", null=True, blank=True)
    breached_at = models.DateTimeField("délai dépassé à", null=True, blank=True)
    reopened = models.BooleanField("rouverte", default=False, help_text="peu après une résolution")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="conseiller"
    )
    team = models.ForeignKey(
        "support.Team", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="équipe"
    )
    team_since = models.DateTimeField("à l'équipe depuis", null=True, blank=True)
    team_freed_at = models.DateTimeField("ouverte à tous depuis", null=True, blank=True)
    taken_at = models.DateTimeField("prise le", null=True, blank=True)
    lease_until = models.DateTimeField("réservée jusqu'à", null=True, blank=True)
    closed_at = models.DateTimeField("fin", null=True, blank=True)
    outcome = models.CharField("issue", max_length=12, choices=Outcome, blank=True, default="")
    instruction = models.CharField("consigne à l'assistant", max_length=20, blank=True, default="")
    instruction_due = models.BooleanField(default=False, help_text="l'assistant ne l'a pas encore suivie")

    class Meta:
        verbose_name = "demande de conseiller"
        verbose_name_plural = "demandes de conseiller"
        ordering = ["priority", "due_at"]
        permissions = [
            ("assign_escalation", "Peut confier une conversation à quelqu'un d'autre"),
            ("supervise_desk", "Peut voir le tableau de bord, les rapports, et régler le service"),
            ("read_reports", "Peut lire les rapports"),
            ("reveal_number", "Peut voir un numéro entier, en disant pourquoi"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(closed_at__isnull=True), name="one_open_escalation"
            ),
            models.CheckConstraint(
                condition=Q(status="resolved", closed_at__isnull=False)
                | (~Q(status="resolved") & Q(closed_at__isnull=True)),
                name="resolved_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(status="snoozed") | Q(snoozed_until__isnull=False), name="a_snooze_has_an_end"
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "due_at", "id"], name="escalation_open", condition=Q(closed_at__isnull=True)
            ),
            models.Index(fields=["-closed_at"], name="escalation_closed", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["opened_at"], name="escalation_by_opening"),
            models.Index(fields=["id"], name="escalation_instructed", condition=Q(instruction_due=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.get_priority_display()})"


class Stint(models.Model):
    """A stretch of time that a case spent waiting in the queue (no agent) or with one agent. For the reports."""

    escalation = models.ForeignKey(Escalation, models.CASCADE, related_name="stints")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    waiting = models.BooleanField("en file", default=False)
    began_at = models.DateTimeField("de")
    ended_at = models.DateTimeField("à", null=True, blank=True)

    class Meta:
        verbose_name = "passage"
        ordering = ["began_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["escalation"], condition=Q(ended_at__isnull=True), name="one_stint_at_once")
        ]
        indexes = [models.Index(fields=["agent", "began_at"], name="stint_of_agent")]

    def __str__(self) -> str:
        return f"{self.agent or 'file'} {self.began_at:%d/%m %H:%M}"
