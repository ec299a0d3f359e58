"""What staff add to a conversation for each other: labels, notes, views of the queue."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from support.db import uuid7
from support.models.conversation import Conversation
from support.privacy.fields import EncryptedJSON, EncryptedText


class Label(models.Model):
    """A word that conversations are sorted by. ``colour`` is one of the console's named colours."""

    brand = models.SlugField("marque")
    name = models.CharField("nom", max_length=40)
    colour = models.SlugField("couleur", max_length=12, default="grey")
    conversations: models.ManyToManyField[Conversation, Any] = models.ManyToManyField(
        Conversation, related_name="labels", blank=True, editable=False
    )

    class Meta:
        verbose_name = "étiquette"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["brand", "name"], name="label_once")]

    def __str__(self) -> str:
        return self.name


class Note(models.Model):
    """An internal note: the customer never sees it, the assistant never reads it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = EncryptedText("texte")
    mentions: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", blank=True
    )
    client_id = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField("à")

    class Meta:
        verbose_name = "note interne"
        verbose_name_plural = "notes internes"
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["conversation", "client_id"], name="note_client_once")]

    def __str__(self) -> str:
        return f"Note {self.at:%d/%m/%Y %H:%M}"


class SavedView(models.Model):
    """A person's own way of looking at the queue: ``filters`` as the queue page has them in its address."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField("nom", max_length=40)
    filters: models.JSONField[Any, Any] = models.JSONField("filtres", default=dict)
    position = models.PositiveSmallIntegerField("place", default=0)
    opens_first = models.BooleanField("ouverte en premier", default=False)

    class Meta:
        verbose_name = "vue enregistrée"
        verbose_name_plural = "vues enregistrées"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="view_name_once"),
            models.UniqueConstraint(fields=["user"], condition=Q(opens_first=True), name="one_view_opens_first"),
        ]

    def __str__(self) -> str:
        return self.name


class TurnTrace(models.Model):
    """Why the assistant said what it said in one turn, or how it read a message it left to a person (no ``reply_seq``).
    Codes only: no words of the customer.

    ``acts`` are the plan's, ``intents`` [{name, confidence}], ``entities`` their types.
    """

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="traces")
    first_seq = models.PositiveIntegerField(help_text="premier message du client auquel ce tour répond")
    last_seq = models.PositiveIntegerField(help_text="dernier message du client auquel ce tour répond")
    reply_seq = models.PositiveIntegerField(null=True, blank=True, help_text="réponse de l'assistant")
    intents: models.JSONField[Any, Any] = models.JSONField(default=list)
    entities: models.JSONField[Any, Any] = models.JSONField(default=list)
    mood = models.CharField(max_length=10, blank=True, default="")
    acts: models.JSONField[Any, Any] = models.JSONField(default=list)
    tier = models.CharField(max_length=60, blank=True, default="")
    verdict = models.CharField(max_length=60, blank=True, default="")
    milliseconds = models.FloatField(default=0)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "trace d'un tour"
        verbose_name_plural = "traces des tours"
        ordering = ["last_seq", "id"]
        indexes = [models.Index(fields=["conversation", "last_seq"], name="trace_of_turn")]

    def __str__(self) -> str:
        return f"{self.first_seq}-{self.last_seq}"


class CaseIdentifier(models.Model):
    """A reference or a transaction's identifier that a case holds, as a keyed digest: equal ones find each other."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    slot = models.CharField(max_length=40)
    digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        verbose_name = "identifiant d'un cas"
        verbose_name_plural = "identifiants des cas"
        constraints = [models.UniqueConstraint(fields=["conversation", "slot", "digest"], name="case_identifier_once")]

    def __str__(self) -> str:
        return f"{self.slot} {self.digest[:8]}"


class SlotEdit(models.Model):
    """A fact still being collected, set by a member of staff: who, when, and what stood there before."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="slot_edits")
    kind = models.CharField("nature", max_length=40)
    slot = models.CharField("information", max_length=40)
    before = EncryptedJSON("avant", default=dict)
    after = EncryptedJSON("après", default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField("à")

    class Meta:
        verbose_name = "correction d'une information"
        verbose_name_plural = "corrections d'informations"
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.slot} {self.at:%d/%m/%Y %H:%M}"


class SearchToken(models.Model):
    """One searchable word of a conversation, as a keyed digest: the index holds no customer's words."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+", db_index=False)
    token = models.BigIntegerField(help_text="64 bits d'un HMAC du mot")
    seq = models.PositiveIntegerField(default=0, help_text="dernier message qui contient le mot ; 0 : fiche du client")
    at = models.DateTimeField(help_text="dernier message qui contient le mot")

    class Meta:
        verbose_name = "mot indexé"
        verbose_name_plural = "mots indexés"
        constraints = [models.UniqueConstraint(fields=["conversation", "token"], name="token_once")]
        indexes = [models.Index(fields=["token", "-at"], name="token_newest")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.token}"
