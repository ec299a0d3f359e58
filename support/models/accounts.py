"""How members of staff get in: their authenticator, their sessions, the invitations by which they came."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from django.db import models
from django_otp.plugins.otp_totp.models import TOTPDevice

from support.db import uuid7


class Authenticator(TOTPDevice):
    """A TOTP device whose secret is not in the database: the column holds half of it, our key the other half."""

    class Meta:
        proxy = True
        verbose_name = "second facteur"

    @property
    def bin_key(self) -> bytes:
        """20 bytes, as RFC 4226 recommends."""
        return hmac.new(settings.INDEX_KEY.encode(), f"totp\0{self.key}".encode(), hashlib.sha1).digest()


class StaffSession(models.Model):
    """One sign-in of one member of staff. Its id is in the session; once ``ended_at`` is set, that session is worth
    nothing. ``mark`` tells which password it was opened with, so that a changed password ends the others."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="staff_sessions")
    device = models.CharField("appareil", max_length=80)
    address = models.CharField("adresse", max_length=45)
    mark = models.CharField(max_length=32)
    began_at = models.DateTimeField("ouverte le")
    seen_at = models.DateTimeField("vue à")
    ended_at = models.DateTimeField("fermée le", null=True, blank=True)

    class Meta:
        verbose_name = "session"
        ordering = ["-seen_at"]
        indexes = [models.Index(fields=["user", "-seen_at"], name="staff_session_of_user")]

    def __str__(self) -> str:
        return self.device


class Invitation(models.Model):
    """A link that lets one person in once: a new colleague, or one who needs a new password (``user``).

    Of the link only a digest is kept: who reads the database cannot use it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    email = models.EmailField("adresse e-mail", blank=True, default="")
    role = models.SlugField("rôle", max_length=20, blank=True, default="")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField("créée le")
    expires_at = models.DateTimeField("valable jusqu'au")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    revoked_at = models.DateTimeField("révoquée le", null=True, blank=True)

    class Meta:
        verbose_name = "invitation"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return str(self.id)
