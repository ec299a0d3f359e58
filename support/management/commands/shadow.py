"""Take stored conversations again with two voices and report where they differ. Sends nothing, stores nothing.

``manage.py shadow --base template --candidate local/warm@1f2e --limit 200 --out report.html``
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from chatbot.brand import BrandError
from chatbot.experiments.shadow import shadow
from support import minds
from support.experiments.contenders import UnknownVoice, contender
from support.experiments.report import Report
from support.experiments.stored import stored

ENDS = (".html", ".jsonl")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 1_000_000:
        raise ArgumentTypeError(f"a number of conversations from 1 to 1000000 is expected, not {text!r}")
    return int(text)


def _day(text: str) -> datetime:
    try:
        return timezone.make_aware(datetime.strptime(text, "%Y-%m-%d"))  # noqa: DTZ007  the zone is the house's
    except ValueError:
        raise ArgumentTypeError(f"a day such as 2026-01-31 is expected, not {text!r}") from None


class Command(BaseCommand):
    """See the module."""

    help = "Rejouer des conversations gardées avec deux voix et montrer ce qui diffère ; rien n'est envoyé ni gardé."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--base", default="template", metavar="VOIX", help="la voix d'aujourd'hui")
        parser.add_argument(
            "--candidate", required=True, metavar="VOIX", help="la voix à juger : voix ou voix/adaptateur"
        )
        parser.add_argument("--limit", type=_count, default=None, metavar="N", help="au plus N conversations")
        parser.add_argument("--since", type=_day, default=None, metavar="JOUR", help="seulement depuis ce jour")
        parser.add_argument("--out", type=Path, required=True, help="le rapport : .html ou .jsonl")
        parser.add_argument("--brand", default=settings.BRAND, help="la marque")

    def handle(self, *args: object, **options: object) -> None:
        out = Path(str(options["out"]))
        if out.suffix not in ENDS:
            raise CommandError(f"--out ends in {' or '.join(ENDS)}, not {out.name!r}", returncode=2)
        limit, since = options["limit"], options["since"]
        try:
            report = _replay(
                str(options["brand"]),
                (str(options["base"]), str(options["candidate"])),
                limit if isinstance(limit, int) else None,
                since if isinstance(since, datetime) else None,
            )
        except (BrandError, UnknownVoice) as error:
            raise CommandError(str(error), returncode=2) from error
        try:
            out.write_text(report.html() if out.suffix == ".html" else report.jsonl(), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{out.name}: {error.strerror}", returncode=2) from error
        found = report.summary
        self.stdout.write(f"{found['conversations']} conversations, {found['different']} réponses différentes")


def _replay(brand: str, names: tuple[str, str], limit: int | None, since: datetime | None) -> Report:
    mind = minds.with_template(brand)
    base, candidate = (contender(name, mind) for name in names)
    report = Report(*names)
    for number, conversation in enumerate(stored(brand, limit, since), start=1):
        report.conversations = number
        for pair in shadow(mind, number, conversation, (base, candidate)):
            report.add(pair)
    return report
