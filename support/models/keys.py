"""Which INDEX_KEY this database is written with, so that a process that has another one notices."""

from __future__ import annotations

from django.db import models


class IndexKey(models.Model):
    """One row. ``fingerprint`` is a keyed digest of a fixed text (see ``support.keys.mark``), from which no key can be
    guessed; ``next`` is that of the key it is being renewed to, empty outside a renewal."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    fingerprint = models.CharField(max_length=32)
    next = models.CharField(max_length=32, blank=True, default="")
    since = models.DateTimeField("depuis")

    class Meta:
        verbose_name = "clé des index"

    def __str__(self) -> str:
        return self.fingerprint
