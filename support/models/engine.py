"""The ledger of voices: one row per attempt at wording a reply."""

from __future__ import annotations

from django.db import models

from support.models.conversation import Conversation


class EngineCall(models.Model):
    """Which tier spoke, what the guard said, how long it took and what it cost. Holds no words."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="engine_calls")
    tier = models.CharField("voix", max_length=40)
    outcome = models.CharField("issue", max_length=60)
    milliseconds = models.FloatField("durée (ms)")
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    cost_usd = models.DecimalField("coût (USD)", max_digits=12, decimal_places=6, default=0)
    at = models.DateTimeField("à")

    class Meta:
        verbose_name = "appel de voix"
        verbose_name_plural = "appels de voix"

    def __str__(self) -> str:
        return f"{self.tier}: {self.outcome}"
