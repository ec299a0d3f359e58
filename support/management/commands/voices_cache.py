"""The cache of voices: ``manage.py voices_cache bump [--brand B]``, ``manage.py voices_cache forget CUSTOMER``."""

from __future__ import annotations

from typing import Any

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from support.voices.cache import RedisStore


class Command(BaseCommand):
    """What is kept of a brand's replies, or of a customer's, is not said again."""

    help = "Vider le cache des voix : pour une marque (bump) ou pour un client (forget)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """One verb each."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        bump = verbs.add_parser("bump", help="plus rien de ce qui est gardé pour la marque ne sera redit")
        bump.add_argument("--brand", default=settings.BRAND)
        forget = verbs.add_parser("forget", help="effacer ce qui est gardé d'un client")
        forget.add_argument("customer", help="l'identifiant du client")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Raises CommandError where Redis is away."""
        try:
            if verb == "bump":
                RedisStore().bump(options["brand"])
                self.stdout.write(f"Cache des voix de « {options['brand']} » : nouvelle génération.")
            else:
                RedisStore().forget(options["customer"])
                self.stdout.write("Cache des voix : entrées de ce client effacées.")
        except redis.RedisError as error:
            raise CommandError(f"Redis ne répond pas : {type(error).__name__}", returncode=1) from error
