"""A conversation, its messages, and every attempt to deliver one."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from support.db import uuid7
from support.models.customer import Channel, Customer, Identity
from support.privacy.fields import EncryptedJSON, EncryptedText


class Owner(models.TextChoices):
    """Who answers now. In the queue the assistant goes on helping; with an agent it is silent."""

    BOT = "bot", "Assistant"
    QUEUE = "queue", "File d'attente"
    AGENT = "agent", "Conseiller"
    NOBODY = "nobody", "Terminée"


class Author(models.TextChoices):
    """Who wrote a message."""

    CUSTOMER = "customer", "Client"
    BOT = "bot", "Assistant"
    AGENT = "agent", "Conseiller"
    SYSTEM = "system", "Système"


class Conversation(models.Model):
    """Everything said with one identity, in order of ``seq``. An identity has one conversation, closed and reopened."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    identity = models.OneToOneField(Identity, models.CASCADE, related_name="conversation", verbose_name="adresse")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="conversations", verbose_name="client")
    brand = models.SlugField("marque")
    channel = models.CharField("canal", max_length=10, choices=Channel)
    owner = models.CharField("responsable", max_length=10, choices=Owner, default=Owner.BOT)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="conseiller"
    )
    next_seq = models.PositiveIntegerField(default=1)
    inbound_seq = models.PositiveIntegerField(default=0, help_text="seq du dernier message du client")
    handled_seq = models.PositiveIntegerField(default=0, help_text="dernier message du client traité par l'assistant")
    customer_read_seq = models.PositiveIntegerField(default=0)
    inbound_at = models.DateTimeField("dernier message du client", null=True, blank=True)
    window_from = models.DateTimeField(
        "fenêtre WhatsApp ouverte depuis", null=True, blank=True, help_text="vide quand l'opérateur l'a dite fermée"
    )
    holds_reply = models.BooleanField(default=False, help_text="une réponse attend que la fenêtre se rouvre")
    waiting_since = models.DateTimeField(
        null=True, blank=True, help_text="horloge machine : plus ancien message du client pas encore traité"
    )
    indexed_seq = models.PositiveIntegerField(default=0, help_text="dernier message entré dans la recherche")
    created_at = models.DateTimeField("ouverte le", auto_now_add=True)
    state = EncryptedJSON(default=dict, blank=True)
    turn_token = models.UUIDField(null=True, blank=True)
    turn_until = models.DateTimeField(null=True, blank=True)
    turn_failures = models.PositiveSmallIntegerField(default=0)
    send_token = models.UUIDField(null=True, blank=True)
    send_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "conversation"
        indexes = [
            models.Index(
                fields=["waiting_since"],
                name="conversation_unhandled",
                condition=Q(waiting_since__isnull=False),
            ),
            models.Index(fields=["owner", "-inbound_at"], name="conversation_by_owner"),
            models.Index(fields=["id"], name="conversation_to_index", condition=Q(indexed_seq__lt=F("next_seq") - 1)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(handled_seq__lt=F("next_seq")), name="handled_before_next"),
            models.CheckConstraint(
                condition=~Q(owner="agent") | Q(agent__isnull=False), name="an_agent_conversation_has_its_agent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {str(self.id)[-6:]}"


class Delivery(models.TextChoices):
    """Where a message stands on its way. See ``support.delivery.states`` for the order of the states."""

    RECEIVED = "received", "Reçu"
    QUEUED = "queued", "À envoyer"
    HELD = "held", "Retenu (fenêtre de 24 h fermée)"
    SENDING = "sending", "Envoi en cours"
    UNKNOWN = "unknown", "Envoi incertain"
    SENT = "sent", "Envoyé"
    DELIVERED = "delivered", "Remis"
    READ = "read", "Lu"
    FAILED = "failed", "Échec"
    CANCELLED = "cancelled", "Annulé"


class Message(models.Model):
    """One bubble. Written once; only its delivery state moves."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField()
    author = models.CharField("auteur", max_length=10, choices=Author)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField("nature", max_length=10, default="text")
    text = EncryptedText("texte", blank=True, default="")
    attachments: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    reading = EncryptedJSON(default=dict, blank=True, help_text="ce qui a été lu dans l'image ou entendu dans la note")
    choices: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    sources: models.JSONField[Any, Any] = models.JSONField(
        default=list, blank=True, help_text="articles cités, sous la forme article@version"
    )
    template = models.CharField(
        max_length=40, blank=True, default="", help_text="modèle WhatsApp approuvé, s'il y en a un"
    )
    template_values = EncryptedJSON(default=dict, blank=True, help_text="ce qui remplit {{1}}, {{2}} … du modèle")
    reply = models.UUIDField(null=True, blank=True, help_text="identité de la réponse pendant qu'elle était dite")
    at = models.DateTimeField("à")
    stored_at = models.DateTimeField(auto_now_add=True, db_index=True)
    transport = models.CharField(max_length=10, choices=Channel)
    external_id = models.CharField(max_length=64, null=True, blank=True)
    client_id = models.UUIDField(null=True, blank=True)
    delivery = models.CharField("acheminement", max_length=10, choices=Delivery)
    error_code = models.CharField("erreur", max_length=20, blank=True, default="")

    class Meta:
        verbose_name = "message"
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq_once"),
            models.UniqueConstraint(fields=["transport", "external_id"], name="message_external_once"),
            models.UniqueConstraint(fields=["conversation", "client_id"], name="message_client_once"),
        ]
        indexes = [
            models.Index(
                fields=["conversation", "seq"],
                name="message_outbox",
                condition=Q(delivery__in=["queued", "sending", "unknown", "held"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_author_display()} #{self.seq}"


class Attempt(models.Model):
    """One try at handing one part of a message to the provider; recorded before the call, settled after it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="attempts")
    part = models.PositiveSmallIntegerField(help_text="partie du message, à partir de 0")
    number = models.PositiveSmallIntegerField(help_text="essai, à partir de 1")
    state = models.CharField(max_length=10, choices=Delivery, default=Delivery.SENDING)
    external_id = models.CharField(max_length=64, blank=True, default="", db_index=True)
    error_code = models.CharField(max_length=20, blank=True, default="")
    permanent = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "essai d'envoi"
        verbose_name_plural = "essais d'envoi"
        ordering = ["part", "number"]
        constraints = [models.UniqueConstraint(fields=["message", "part", "number"], name="attempt_once")]

    def __str__(self) -> str:
        return f"partie {self.part} essai {self.number}: {self.state}"
