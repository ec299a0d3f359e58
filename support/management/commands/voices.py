"""Remote voices: ``manage.py voices load FILE`` sets deployments, prices and switches; ``voices list`` shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from support.models import VoiceDeployment, VoiceSwitch
from support.voices import file


class Command(BaseCommand):
    """Loading takes all of a file or nothing; no key is ever shown."""

    help = "Charger et lister les paliers de voix distantes, leurs tarifs et les interrupteurs."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """One verb each."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        load = verbs.add_parser("load", help="prendre un fichier TOML, en entier ou pas du tout")
        load.add_argument("file", type=Path)
        verbs.add_parser("list", help="les paliers, leurs tarifs en vigueur et les budgets")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Raises CommandError with status 2, one line naming file and field."""
        if verb == "list":
            self._list()
            return
        path: Path = options["file"]
        try:
            taken = file.load(path)
        except file.NotTaken as error:
            raise CommandError(f"{path.name}: {error}", returncode=2) from error
        except OSError as error:
            raise CommandError(f"{path.name}: {error.strerror}", returncode=2) from error
        self.stdout.write(f"{taken.deployments} palier(s) et {taken.switches} marque(s) lus dans {path.name}")

    def _list(self) -> None:
        now = timezone.now()
        for row in VoiceDeployment.objects.all():
            price = row.price_at(now)
            cost = f"{price.version} {price.input_usd:.2f}/{price.output_usd:.2f} USD" if price else "sans tarif"
            key = (
                ""
                if not row.key_variable or row.key_variable in settings.VOICE_KEYS
                else f"\t{row.key_variable} absente"
            )
            state = "en service" if row.enabled else "éteint"
            self.stdout.write(f"{row.name}\t{row.provider}:{row.tier}\t{state}\t{cost}{key}")
        for switch in VoiceSwitch.objects.all():
            remote = "voix distantes" if switch.remote else "voix distantes éteintes"
            self.stdout.write(
                f"{switch.brand}\t{remote}\t{switch.daily_usd} USD/jour\t{switch.customer_daily_usd} USD/client"
            )
