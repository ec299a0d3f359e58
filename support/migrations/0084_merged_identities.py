"""Addresses of two contacts that somebody said are one person, with what it takes to separate them again."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import support.privacy.fields


class Migration(migrations.Migration):
    dependencies = [("support", "0083_low_scores_looked_at"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            "MergedIdentity",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "identity",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merged",
                        to="support.identity",
                        verbose_name="adresse",
                    ),
                ),
                ("was", models.UUIDField(verbose_name="client d'avant")),
                (
                    "display_name",
                    support.privacy.fields.EncryptedText(blank=True, default="", verbose_name="nom d'avant"),
                ),
                ("known_since", models.DateTimeField(verbose_name="connu depuis")),
                (
                    "name_lent",
                    models.BooleanField(
                        default=False,
                        help_text="le client gardé n'avait pas de nom à lui",
                        verbose_name="nom prêté",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="réunie par",
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="réunie le")),
            ],
            options={"verbose_name": "adresse réunie", "verbose_name_plural": "adresses réunies"},
        ),
    ]
