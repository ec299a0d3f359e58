"""What was read in a picture or heard in a voice note stands with its message, so that it is read once."""

from django.db import migrations

import support.privacy.fields


class Migration(migrations.Migration):
    dependencies = [("support", "0010_back_office")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="reading",
            field=support.privacy.fields.EncryptedJSON(
                blank=True, default=dict, help_text="ce qui a été lu dans l'image ou entendu dans la note"
            ),
        ),
    ]
