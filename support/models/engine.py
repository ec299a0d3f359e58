"""The ledger of voices: one row per attempt at wording a reply."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from support.models.conversation import Conversation


class Basis(models.TextChoices):
    """Where a call's cost comes from."""

    NONE = "none", "sans coût"  # the house's own voices, and calls still under way
    USAGE = "usage", "compté par le fournisseur"
    ESTIMATED = "estimated", "estimé d'après les mots"
    RESERVED = "reserved", "réservation entière"


class EngineCall(models.Model):
    """Which voice was asked, how it ended, what the guard said of its words and what it cost. Holds no words.

    A call that costs is written before it begins, with its reservation, and settled once (``support.voices.ledger``);
    a voice of the house is written with the turn, at no cost. ``customer`` is a keyed digest; ``at`` of a call that
    costs is real time, whatever the simulator does.
    """

    conversation = models.ForeignKey(
        Conversation, models.SET_NULL, null=True, blank=True, related_name="engine_calls", verbose_name="conversation"
    )  # the money stays spent when a conversation is erased
    brand = models.CharField("marque", max_length=40, blank=True)
    customer = models.CharField("client (empreinte)", max_length=64, blank=True)
    tier = models.CharField("voix", max_length=40)
    deployment = models.CharField("palier", max_length=80, blank=True)  # empty: a voice of the house
    provider = models.CharField("fournisseur", max_length=20, blank=True)
    region = models.CharField("région", max_length=40, blank=True)
    model = models.CharField("modèle", max_length=120, blank=True)
    outcome = models.CharField("issue", max_length=60, blank=True)  # "ok" or a FaultKind; empty while under way
    verdict = models.CharField("avis du garde", max_length=60, blank=True)  # known once the turn commits
    finish = models.CharField("fin", max_length=40, blank=True)
    basis = models.CharField("base du coût", max_length=10, choices=Basis, default=Basis.NONE)
    reserved_in = models.PositiveIntegerField("jetons réservés, entrée", default=0)
    reserved_out = models.PositiveIntegerField("jetons réservés, sortie", default=0)
    reserved_usd = models.DecimalField("réservé (USD)", max_digits=12, decimal_places=6, default=0)
    tokens_in = models.PositiveIntegerField("jetons, entrée", default=0)
    tokens_out = models.PositiveIntegerField("jetons, sortie", default=0)
    tokens_cached = models.PositiveIntegerField("dont en cache", default=0)
    price_version = models.CharField("tarif", max_length=100, blank=True)
    cost_usd = models.DecimalField("coût (USD)", max_digits=12, decimal_places=6, default=0)
    milliseconds = models.FloatField("durée (ms)", default=0)
    first_words_milliseconds = models.FloatField("premiers mots (ms)", null=True, blank=True)
    experiment = models.CharField("essai", max_length=60, blank=True)
    arm = models.CharField("bras", max_length=60, blank=True)
    at = models.DateTimeField("à")
    settled_at = models.DateTimeField("réglé à", null=True, blank=True)

    class Meta:
        verbose_name = "appel de voix"
        verbose_name_plural = "appels de voix"
        indexes = [
            models.Index(fields=["at"], name="engine_call_at"),
            models.Index(fields=["brand", "at"], name="engine_call_brand"),
            models.Index(fields=["customer", "at"], name="engine_call_customer", condition=~Q(customer="")),
            models.Index(fields=["at"], name="engine_call_unsettled", condition=Q(settled_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(deployment="") | ~Q(price_version=""), name="engine_call_priced"
            ),  # a call that leaves the house has a price
        ]

    def __str__(self) -> str:
        return f"{self.tier}: {self.outcome or 'en cours'}"
