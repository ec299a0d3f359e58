"""A low score stands on the supervisors' board until somebody has looked; those of before are taken as seen."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def seen_before(apps, schema_editor) -> None:  # type: ignore[no-untyped-def]
    """Or the board would open on months of old marks."""
    answered = apps.get_model("support", "Satisfaction").objects.filter(answered_at__isnull=False)
    answered.update(looked_at=F("answered_at"))


class Migration(migrations.Migration):
    dependencies = [("support", "0082_templates_and_files"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField(
            "satisfaction", "looked_at", models.DateTimeField("regardée à", blank=True, null=True)
        ),
        migrations.AddField(
            "satisfaction",
            "looked_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="regardée par",
            ),
        ),
        migrations.RunPython(seen_before, migrations.RunPython.noop),
        migrations.AddIndex(
            "satisfaction",
            models.Index(
                condition=models.Q(("looked_at__isnull", True), ("score__isnull", False)),
                fields=["-answered_at"],
                name="satisfaction_to_look_at",
            ),
        ),
    ]
