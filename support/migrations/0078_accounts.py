import django.db.models.deletion
import support.db
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("otp_totp", "0003_add_timestamps"),
        ('support', '0076_promises'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Authenticator",
            fields=[],
            options={
                "verbose_name": "second facteur",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("otp_totp.totpdevice",),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.UUIDField(default=support.db.uuid7, editable=False, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("email", models.EmailField(blank=True, default="", max_length=254, verbose_name="adresse e-mail")),
                ("role", models.SlugField(blank=True, default="", max_length=20, verbose_name="rôle")),
                ("created_at", models.DateTimeField(verbose_name="créée le")),
                ("expires_at", models.DateTimeField(verbose_name="valable jusqu'au")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="acceptée le")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="révoquée le")),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="StaffSession",
            fields=[
                ("id", models.UUIDField(default=support.db.uuid7, editable=False, primary_key=True, serialize=False)),
                ("device", models.CharField(max_length=80, verbose_name="appareil")),
                ("address", models.CharField(max_length=45, verbose_name="adresse")),
                ("mark", models.CharField(max_length=32)),
                ("began_at", models.DateTimeField(verbose_name="ouverte le")),
                ("seen_at", models.DateTimeField(verbose_name="vue à")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="fermée le")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staff_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "ordering": ["-seen_at"],
                "indexes": [models.Index(fields=["user", "-seen_at"], name="staff_session_of_user")],
            },
        ),
    ]
