"""Trains the intent model before the first customer, and the base model and the adapters of the voice."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatbot.brand import Brand, BrandError, load
from chatbot.normalise import Normaliser
from chatbot.understand import Understander


class Command(BaseCommand):
    """``manage.py train intents|base|adapter [--brand B] [--out DIR] [--minutes M | --steps N] [--threads T]``.

    A model of the same examples is not trained twice. ``base`` and ``adapter`` make the shipped voice from
    voice/train.toml; without --out they write to VAR_DIR/voice, so that what is shipped changes only on purpose.
    """

    help = "Trains the intent model, or the base model or the adapters of the brand's voice."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """What to train, for which brand, where to, and for how long."""
        parser.add_argument("what", choices=["intents", "base", "adapter"])
        parser.add_argument("--brand", default=settings.BRAND)
        parser.add_argument(
            "--out", type=Path, default=settings.VAR_DIR / "voice", help="folder of model/ and adapters/"
        )
        parser.add_argument("--threads", type=int, default=2, help="of torch")
        pace = parser.add_mutually_exclusive_group()
        pace.add_argument("--minutes", type=float, help="instead of the steps of train.toml")
        pace.add_argument("--steps", type=int)

    def handle(self, *, what: str, brand: str, **options: Any) -> None:
        """Raises CommandError when the brand's files are not usable."""
        started = time.perf_counter()
        try:
            data = load(brand)
            named = self._intents(data) if what == "intents" else self._voice(what, data, **options)
        except BrandError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"{named} of {brand} ready ({time.perf_counter() - started:.1f} s)")

    def _intents(self, brand: Brand) -> str:
        Understander(brand, settings.VAR_DIR / "models", Normaliser(brand).normalise).ready()
        return "Intent model"

    def _voice(
        self, what: str, brand: Brand, *, out: Path, threads: int, minutes: float | None, steps: int | None, **_: Any
    ) -> str:
        from chatbot.training.adapter import train_adapters
        from chatbot.training.pretrain import train_base

        train = train_base if what == "base" else train_adapters
        train(brand, out, self.stdout.write, steps=steps, minutes=minutes, threads=threads)
        return "Base model" if what == "base" else "Adapters"
