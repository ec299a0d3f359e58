"""Teams of the desk: who answers a kind of case, kept by supervisors."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class Team(models.Model):
    """Some of the staff, by name. A case may belong to one; ``patience`` is how long it waits for nobody but them."""

    brand = models.SlugField("marque")
    name = models.CharField("nom", max_length=40)
    description = models.CharField("en bref", max_length=160, blank=True, default="")
    members: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="teams", blank=True, verbose_name="membres"
    )
    patience = models.PositiveSmallIntegerField(
        "attendre l'équipe (min)",
        default=10,
        help_text="Minutes de service après lesquelles, si personne de l'équipe n'est là, le cas s'ouvre à tous.",
    )
    position = models.PositiveSmallIntegerField("place", default=0, help_text="Ordre dans les listes.")

    class Meta:
        verbose_name = "équipe"
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["brand", "name"], name="team_name_once")]

    def __str__(self) -> str:
        return self.name
