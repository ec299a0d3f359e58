"""The WhatsApp window moves to the conversation's own row: one statement less for every message that comes in."""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def carry_over(apps, schema_editor):
    identities = apps.get_model("support", "Identity").objects.filter(id=OuterRef("identity_id"))
    conversations = apps.get_model("support", "Conversation").objects.filter(channel="whatsapp")
    conversations.update(window_from=Subquery(identities.values("last_inbound_at")[:1]))


class Migration(migrations.Migration):
    dependencies = [("support", "0002_simulator")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="window_from",
            field=models.DateTimeField(
                blank=True,
                help_text="vide quand l'opérateur l'a dite fermée",
                null=True,
                verbose_name="fenêtre WhatsApp ouverte depuis",
            ),
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.RemoveField(model_name="identity", name="last_inbound_at"),
    ]
