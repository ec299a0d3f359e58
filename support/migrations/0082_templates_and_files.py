from django.db import migrations, models

import support.privacy.fields


def encrypt(apps, schema_editor):
    """The values of templates hold first names and amounts now: those sent so far are encrypted like the new ones."""
    Message = apps.get_model("support", "Message")
    for message in Message.objects.exclude(template="").only("id", "plain_values").iterator():
        if message.plain_values:
            Message.objects.filter(pk=message.pk).update(template_values=message.plain_values)


def decrypt(apps, schema_editor):
    Message = apps.get_model("support", "Message")
    for message in Message.objects.exclude(template="").only("id", "template_values").iterator():
        if message.template_values:
            Message.objects.filter(pk=message.pk).update(plain_values=message.template_values)


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0081_rules_and_teams"),
    ]

    operations = [
        migrations.RenameField("message", "template_values", "plain_values"),
        migrations.AddField(
            model_name="message",
            name="template_values",
            field=support.privacy.fields.EncryptedJSON(
                blank=True, default=dict, help_text="ce qui remplit {{1}}, {{2}} … du modèle"
            ),
        ),
        migrations.RunPython(encrypt, decrypt),
        migrations.RemoveField("message", "plain_values"),
        migrations.AddField(
            model_name="pendingreply",
            name="template",
            field=support.privacy.fields.EncryptedJSON(
                blank=True, default=dict, help_text="modèle WhatsApp qui part devant : nom, texte, valeurs"
            ),
        ),
        migrations.AddField(
            model_name="storedfile",
            name="width",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="de l'aperçu, en pixels ; 0 : pas d'aperçu"
            ),
        ),
        migrations.AddField(
            model_name="storedfile",
            name="height",
            field=models.PositiveSmallIntegerField(default=0, help_text="de l'aperçu, en pixels"),
        ),
        migrations.AddField(
            model_name="storedfile",
            name="small",
            field=support.privacy.fields.EncryptedText(
                blank=True, default="", help_text="JPEG en base64", verbose_name="aperçu"
            ),
        ),
        migrations.AddField(
            model_name="storedfile",
            name="said",
            field=models.BooleanField(default=False, help_text="un message le porte", verbose_name="envoyé"),
        ),
        migrations.AddIndex(
            model_name="storedfile",
            index=models.Index(condition=models.Q(("said", False)), fields=["at"], name="file_not_sent"),
        ),
    ]
