"""Says what a trained model is worth, on what it was not trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatbot.brand import BrandError, load


class Command(BaseCommand):
    """``manage.py evaluate voice [--brand B] [--model DIR] [--adapter NAME] [--count N] [--part PART]``."""

    help = "Evaluates a model of the voice on held-out plans."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command for each kind of model."""
        kinds = parser.add_subparsers(dest="what", required=True)
        voice = kinds.add_parser("voice", help="the shipped model and its adapters")
        voice.add_argument("--brand", default=settings.BRAND)
        voice.add_argument("--model", type=Path, help="folder of model/ and adapters/; the brand's own without it")
        voice.add_argument(
            "--adapter", help="its name, or « none » for the base alone; train.toml names the one that serves"
        )
        voice.add_argument("--count", type=int, default=1000)
        voice.add_argument("--part", choices=["held_out", "unseen_slots", "train"], default="held_out")
        voice.add_argument("--threads", type=int, default=2, help="of torch")

    def handle(self, *, what: str, **options: Any) -> None:
        """Raises CommandError when the brand's files or the model are not usable."""
        try:
            {"voice": self._voice}[what](**options)
        except (BrandError, OSError) as error:
            raise CommandError(str(error), returncode=2) from error

    def _voice(
        self, *, brand: str, model: Path | None, adapter: str | None, count: int, part: str, threads: int, **_: Any
    ) -> None:
        from chatbot.training.corpus import Corpus, recipe
        from chatbot.training.evaluate_voice import evaluate, load_voice
        from chatbot.training.marks import Marks

        data = load(brand)
        folder = data.path / "voice"
        name = adapter or recipe(folder)["adapter"]["name"]
        voice = load_voice(model or folder, None if name == "none" else name, threads)
        report = evaluate(voice, Corpus.of(data), Marks.read(folder / "marks.toml"), part, count)
        self.stdout.write("\n".join([f"{name} on {part}", *report.lines()]))
