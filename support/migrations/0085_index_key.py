"""The database remembers the INDEX_KEY it is written with, as a fingerprint."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support", "0084_merged_identities")]

    operations = [
        migrations.CreateModel(
            name="IndexKey",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("fingerprint", models.CharField(max_length=32)),
                ("next", models.CharField(blank=True, default="", max_length=32)),
                ("since", models.DateTimeField(verbose_name="depuis")),
            ],
            options={"verbose_name": "clé des index"},
        ),
    ]
