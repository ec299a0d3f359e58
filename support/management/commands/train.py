"""Trains what the installation needs before its first customer, and keeps it in VAR_DIR."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatbot.brand import BrandError, load
from chatbot.normalise import Normaliser
from chatbot.understand import Understander


class Command(BaseCommand):
    """``manage.py train intents [--brand B]``; a model of the same examples is not trained twice."""

    help = "Trains the intent model from the brand's examples, or finds it already trained."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """What to train, and for which brand."""
        parser.add_argument("what", choices=["intents"])
        parser.add_argument("--brand", default=settings.BRAND)

    def handle(self, *, brand: str, **_: Any) -> None:
        """Raises CommandError when the brand's files are not usable."""
        started = time.perf_counter()
        try:
            data = load(brand)
            Understander(data, settings.VAR_DIR / "models", Normaliser(data).normalise).ready()
        except BrandError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"Intent model of {brand} ready ({time.perf_counter() - started:.1f} s)")
