"""Who writes to us: one person, one or several ways to reach them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from support.db import uuid7
from support.privacy.fields import EncryptedText


class Channel(models.TextChoices):
    """Where a conversation is held."""

    WEB = "web", "Web"
    WHATSAPP = "whatsapp", "WhatsApp"


class Customer(models.Model):
    """One person, as far as we know."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.SlugField("marque")
    display_name = EncryptedText("nom affiché", blank=True, default="")
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    class Meta:
        verbose_name = "client"

    def __str__(self) -> str:
        return self.display_name or f"Client {str(self.id)[-6:]}"


class Identity(models.Model):
    """One address of a customer: a WhatsApp number (E.164) or a web visitor."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="identities", verbose_name="client")
    brand = models.SlugField("marque")
    channel = models.CharField("canal", max_length=10, choices=Channel)
    value = EncryptedText("adresse")
    value_index = models.CharField(max_length=64, editable=False)
    opted_out_at = models.DateTimeField("STOP reçu le", null=True, blank=True)

    class Meta:
        verbose_name = "adresse de client"
        verbose_name_plural = "adresses de clients"
        constraints = [models.UniqueConstraint(fields=["brand", "channel", "value_index"], name="identity_once")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} …{self.value[-4:]}"


class MergedIdentity(models.Model):
    """What an address belonged to before somebody said that two contacts are one person: enough to separate it again.

    The contact it came from has no row of its own meanwhile: erasing the one that was kept leaves nothing of it.
    """

    identity = models.OneToOneField(Identity, models.CASCADE, related_name="merged", verbose_name="adresse")
    was = models.UUIDField("client d'avant")
    display_name = EncryptedText("nom d'avant", blank=True, default="")
    known_since = models.DateTimeField("connu depuis")
    name_lent = models.BooleanField("nom prêté", default=False, help_text="le client gardé n'avait pas de nom à lui")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="réunie par"
    )
    at = models.DateTimeField("réunie le", auto_now_add=True)

    class Meta:
        verbose_name = "adresse réunie"
        verbose_name_plural = "adresses réunies"

    def __str__(self) -> str:
        return f"adresse {self.identity_id}, venue du client {str(self.was)[-6:]}"
