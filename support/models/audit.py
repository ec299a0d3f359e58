"""What members of staff did, in a chain of hashes: an edit, a removal or a reordering shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class AuditEvent(models.Model):
    """One act. ``digest`` covers the row and the digest before it (see ``support.privacy.audit``)."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    actor_name = models.CharField("auteur", max_length=150)
    action = models.CharField("acte", max_length=40)
    target = models.CharField("objet", max_length=80)
    details: models.JSONField[Any, Any] = models.JSONField("détails", default=dict, blank=True)
    at = models.DateTimeField("à")
    previous = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = "acte"
        ordering = ["id"]
        indexes = [models.Index(fields=["target", "id"], name="audit_of_target")]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.action} {self.target}"


class AuditHead(models.Model):
    """The newest digest, in one row: writers queue on it, and a chain cut short at its end no longer meets it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = "tête du journal"

    def __str__(self) -> str:
        return self.digest[:12]
