"""The remote voices an operator has set up: deployments, what they cost, and who may use them how much."""

from __future__ import annotations

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone

from support.models.engine import EngineCall
from support.voices import addresses

KEY_PREFIX = "VOICE_KEY_"  # settings.VOICE_KEYS holds these variables and no other


class VoiceProvider(models.TextChoices):
    """Who speaks the protocol at the other end."""

    AZURE = "azure", "Azure OpenAI"
    OPENAI = "openai", "OpenAI"
    VLLM = "vllm", "vLLM"


class VoiceTier(models.TextChoices):
    """What a deployment is good for."""

    ECONOMY = "economy", "économique"
    STANDARD = "standard", "standard"
    PREMIUM = "premium", "premium"
    VISION = "vision", "images"
    SPEECH = "speech", "écoute"


class VoiceDeployment(models.Model):
    """One model at one place. Its key stays in the environment; the row knows the variable's name only."""

    name = models.CharField(
        "nom",
        max_length=80,
        unique=True,
        validators=[RegexValidator(r"\A[a-z0-9][a-z0-9._-]*\Z", "minuscules, chiffres, . _ -")],
    )
    provider = models.CharField("fournisseur", max_length=10, choices=VoiceProvider)
    tier = models.CharField("niveau", max_length=10, choices=VoiceTier)
    model = models.CharField("modèle", max_length=120, help_text="Sur Azure : le nom du déploiement.")
    base_url = models.CharField("adresse", max_length=300, help_text="https://…, ou http:// vers ce réseau privé")
    region = models.CharField("région", max_length=40, blank=True)
    api_version = models.CharField("version d'API", max_length=40, blank=True, help_text="Azure seulement")
    key_variable = models.CharField(
        "variable de la clé",
        max_length=80,
        blank=True,
        help_text=f"Le nom d'une variable d'environnement {KEY_PREFIX}… ; la clé elle-même n'est jamais ici.",
    )
    brands = models.CharField(
        "marques", max_length=200, blank=True, help_text="Séparées par des espaces ; vide : toutes"
    )
    enabled = models.BooleanField("en service", default=False)

    class Meta:
        verbose_name = "palier"
        verbose_name_plural = "paliers"
        ordering = ["tier", "name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises ValidationError by field."""
        faults = {
            "base_url": addresses.fault(self.base_url),
            "key_variable": _key_fault(self.provider, self.key_variable),
            "api_version": "Azure en demande une." if self.provider == "azure" and not self.api_version else "",
            "enabled": ""
            if not self.enabled or self.price_at(timezone.now())
            else "Sans tarif en vigueur, il reste éteint.",
        }
        if found := {field: text for field, text in faults.items() if text}:
            raise ValidationError(found)

    def price_at(self, moment: object) -> VoicePrice | None:
        """The price in force at ``moment``: the newest that has begun."""
        if not self.pk:
            return None
        return self.prices.filter(valid_from__lte=moment).order_by("-valid_from", "-number").first()


def _key_fault(provider: str, variable: str) -> str:
    if not variable:
        return "" if provider == VoiceProvider.VLLM else "Il faut le nom d'une variable."
    return "" if re.fullmatch(KEY_PREFIX + r"[A-Z0-9_]+", variable) else f"Un nom comme {KEY_PREFIX}FRANCE."


def _dollars(label: str) -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(
        label, max_digits=12, decimal_places=6, validators=[MinValueValidator(Decimal(0))], help_text="USD par million"
    )


class VoicePrice(models.Model):
    """What a deployment costs from a moment on, in US dollars per million tokens. A new price is a new row."""

    deployment = models.ForeignKey(VoiceDeployment, models.PROTECT, related_name="prices", verbose_name="palier")
    number = models.PositiveIntegerField("numéro", editable=False)
    version = models.CharField("version", max_length=100, unique=True, editable=False)  # deployment@number
    valid_from = models.DateTimeField("à partir du", default=timezone.now)
    input_usd = _dollars("entrée")
    output_usd = _dollars("sortie")
    cached_usd = _dollars("entrée en cache")

    class Meta:
        verbose_name = "tarif"
        verbose_name_plural = "tarifs"
        ordering = ["deployment__name", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["deployment", "number"], name="voice_price_number"),
            models.CheckConstraint(
                condition=models.Q(input_usd__gte=0, output_usd__gte=0, cached_usd__gte=0),
                name="voice_price_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.version

    @property
    def used(self) -> bool:
        """Whether a call was priced by it."""
        return EngineCall.objects.filter(price_version=self.version).exists()


class VoiceSwitch(models.Model):
    """What a brand allows and may spend. A brand without a row has these defaults."""

    brand = models.CharField("marque", max_length=40, unique=True)
    remote = models.BooleanField("voix distantes", default=True)
    premium = models.BooleanField("premium", default=True)
    open_questions = models.BooleanField("questions ouvertes", default=True)
    openai = models.BooleanField("dernier recours OpenAI", default=False)
    daily_usd = models.DecimalField(
        "budget du jour (USD)",
        max_digits=10,
        decimal_places=2,
        default=Decimal(100),
        validators=[MinValueValidator(Decimal(0))],
    )
    customer_daily_usd = models.DecimalField(
        "budget du jour d'un client (USD)",
        max_digits=10,
        decimal_places=2,
        default=Decimal("0.50"),
        validators=[MinValueValidator(Decimal(0))],
    )

    class Meta:
        verbose_name = "interrupteur"
        verbose_name_plural = "interrupteurs"
        ordering = ["brand"]

    def __str__(self) -> str:
        return self.brand
