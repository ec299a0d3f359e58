"""What helps an agent answer: ready replies, macros, replies that can still be undone, files."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from support.db import uuid7
from support.models.conversation import Conversation
from support.privacy.fields import EncryptedJSON, EncryptedText


class CannedReply(models.Model):
    """A ready reply, found by typing ``/``. ``text`` may hold variables in braces; ``owner`` makes it personal."""

    brand = models.SlugField("marque")
    shortcut = models.SlugField("raccourci", max_length=30)
    title = models.CharField("titre", max_length=80)
    text = models.TextField("texte", max_length=4000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="à"
    )

    class Meta:
        verbose_name = "réponse prête"
        verbose_name_plural = "réponses prêtes"
        ordering = ["shortcut"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "shortcut", "owner"], name="shortcut_once"),
            models.UniqueConstraint(
                fields=["brand", "shortcut"], condition=Q(owner__isnull=True), name="shared_shortcut_once"
            ),
        ]

    def __str__(self) -> str:
        return f"/{self.shortcut}"


class Macro(models.Model):
    """Several acts under one click. ``steps``: reply, labels, priority, status, snooze_hours, note; each optional."""

    brand = models.SlugField("marque")
    name = models.CharField("nom", max_length=60)
    steps: models.JSONField[Any, Any] = models.JSONField("actes", default=dict)

    class Meta:
        verbose_name = "macro"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["brand", "name"], name="macro_once")]

    def __str__(self) -> str:
        return self.name


class PendingReply(models.Model):
    """A reply on its way out that can still be undone: at ``due_at`` it becomes a message, by ``escalate.reply``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="pending_replies")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    client_id = models.UUIDField()
    text = EncryptedText("texte", blank=True, default="")
    attachments: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    template = EncryptedJSON(
        default=dict, blank=True, help_text="modèle WhatsApp qui part devant : nom, texte, valeurs"
    )
    created_at = models.DateTimeField("écrite à")
    due_at = models.DateTimeField("part à", db_index=True)
    refused = models.CharField("refus", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "réponse en instance"
        verbose_name_plural = "réponses en instance"
        ordering = ["created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["conversation", "client_id"], name="pending_client_once")]

    def __str__(self) -> str:
        return f"{self.agent} {self.due_at:%H:%M:%S}"


class StoredFile(models.Model):
    """A file an agent sends: checked, kept encrypted, shown to the customer at an address that cannot be guessed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="files")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField("nom", max_length=120)
    content_type = models.CharField("type", max_length=80)
    size = models.PositiveIntegerField("octets")
    width = models.PositiveSmallIntegerField(default=0, help_text="de l'aperçu, en pixels ; 0 : pas d'aperçu")
    height = models.PositiveSmallIntegerField(default=0, help_text="de l'aperçu, en pixels")
    small = EncryptedText("aperçu", blank=True, default="", help_text="JPEG en base64")
    content = EncryptedText("contenu", help_text="base64")
    said = models.BooleanField("envoyé", default=False, help_text="un message le porte")
    at = models.DateTimeField("à")

    class Meta:
        verbose_name = "fichier"
        constraints = [models.CheckConstraint(condition=Q(size__lte=8_388_608), name="a_file_is_at_most_8_mib")]
        indexes = [models.Index(fields=["at"], name="file_not_sent", condition=Q(said=False))]

    def __str__(self) -> str:
        return self.name
