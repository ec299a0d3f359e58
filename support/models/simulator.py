"""What the simulator's phones hold: the stand-in for Twilio and for the telephones behind it."""

from __future__ import annotations

from typing import Any

from django.db import models

from support.privacy.fields import EncryptedText


class SimulatedPhone(models.Model):
    """A telephone on the simulator's page, and its switches."""

    number = models.CharField(primary_key=True, max_length=20)
    name = models.CharField(max_length=40)
    online = models.BooleanField(default=True)
    receipts = models.BooleanField(default=True, help_text="accusés de lecture")
    opted_out = models.BooleanField(default=False)
    fail_next = models.CharField(max_length=10, blank=True, default="", help_text="code d'erreur du prochain envoi")

    class Meta:
        verbose_name = "téléphone simulé"
        verbose_name_plural = "téléphones simulés"

    def __str__(self) -> str:
        return self.name


class SimulatedMessage(models.Model):
    """A bubble on a phone. ``at`` is the simulated time that people see, ``created_at`` the machine's, for the API."""

    sid = models.CharField(primary_key=True, max_length=34)
    phone = models.ForeignKey(SimulatedPhone, models.CASCADE, related_name="messages")
    from_phone = models.BooleanField()
    body = EncryptedText(blank=True, default="")
    media: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    template = models.CharField(max_length=34, blank=True, default="")
    status = models.CharField(max_length=12)
    error_code = models.CharField(max_length=10, blank=True, default="")
    callback = models.CharField(max_length=300, blank=True, default="", help_text="chemin où annoncer les états")
    seen = models.BooleanField(default=False)
    at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = "message simulé"
        verbose_name_plural = "messages simulés"
        ordering = ["created_at", "sid"]

    def __str__(self) -> str:
        return f"{self.sid} {self.status}"


class SimulatedMedia(models.Model):
    """A picture taken with a simulated phone."""

    sid = models.CharField(primary_key=True, max_length=34)
    message = models.CharField(max_length=34)
    content_type = models.CharField(max_length=40)
    content = models.BinaryField()

    class Meta:
        verbose_name = "image simulée"
        verbose_name_plural = "images simulées"

    def __str__(self) -> str:
        return self.sid
