"""What staff teach the assistant: a word it read wrongly, an intent it missed; live once a supervisor approved."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from support.db import uuid7
from support.models.conversation import Message
from support.privacy.fields import EncryptedText


class LessonKind(models.TextChoices):
    """What is corrected."""

    WORD = "word", "Mot"
    INTENT = "intent", "Intention"


class LessonStatus(models.TextChoices):
    """Where a proposal stands."""

    PROPOSED = "proposed", "Proposée"
    APPROVED = "approved", "Approuvée"
    REJECTED = "rejected", "Refusée"
    WITHDRAWN = "withdrawn", "Retirée"


class Lesson(models.Model):
    """A proposal born of one message. ``example`` is that message without personal data: the regression example."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.SlugField("marque")
    kind = models.CharField("nature", max_length=8, choices=LessonKind)
    message = models.ForeignKey(Message, models.SET_NULL, null=True, blank=True, related_name="+")
    example = EncryptedText("message sans données personnelles")
    form = models.CharField("mot écrit", max_length=80, blank=True, default="")
    standard = models.CharField("français courant", max_length=120, blank=True, default="")
    intent = models.SlugField("intention", max_length=40, blank=True, default="")
    asked = models.SlugField("après la question", max_length=40, blank=True, default="")
    comment = EncryptedText("commentaire", blank=True, default="")
    status = models.CharField("état", max_length=10, choices=LessonStatus, default=LessonStatus.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    proposed_at = models.DateTimeField("proposée le")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)

    class Meta:
        verbose_name = "leçon"
        ordering = ["-proposed_at"]
        permissions = [("approve_lesson", "Peut approuver une leçon")]

    def __str__(self) -> str:
        return f"{self.form} → {self.standard}" if self.kind == LessonKind.WORD else f"→ {self.intent}"
