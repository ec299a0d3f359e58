"""Whether a reply waits for the window stands on the conversation: a message that comes in need not look for one."""

from django.db import migrations, models


def mark(apps, schema_editor):
    held = apps.get_model("support", "Message").objects.filter(delivery="held")
    conversations = apps.get_model("support", "Conversation").objects
    conversations.filter(id__in=held.values("conversation_id")).update(holds_reply=True)


class Migration(migrations.Migration):
    dependencies = [("support", "0003_window_on_the_conversation")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="holds_reply",
            field=models.BooleanField(default=False, help_text="une réponse attend que la fenêtre se rouvre"),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
