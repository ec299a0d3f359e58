"""``manage.py search check`` counts what another INDEX_KEY has indexed, ``… renew`` brings it into the index anew.

May be run while everybody works, and ended and begun again as often as need be.
"""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from support.search import renewal


class Command(BaseCommand):
    """``check`` ends with status 1 when something is left to renew."""

    help = "Counts conversations that today's INDEX_KEY does not find (check), or indexes them anew (renew)."

    def add_arguments(self, parser: CommandParser) -> None:
        """One verb."""
        parser.add_argument("verb", choices=("check", "renew"))
        parser.add_argument("--pause", type=float, default=0.05, help="seconds between batches, for the others' sake")

    def handle(self, *, verb: str, pause: float, **options: Any) -> None:
        """Raises CommandError."""
        if verb == "check":
            left = sum(len(ids) for ids in renewal.stale())
            self.stdout.write(f"{left} conversations to renew")
            if left:
                raise CommandError("run manage.py search renew", returncode=1)
            return
        done = 0
        for count in renewal.renew():
            done += count
            self.stdout.write(f"{done} conversations renewed", ending="\r")
            time.sleep(pause)
        self.stdout.write(f"{done} conversations renewed, nothing left")
