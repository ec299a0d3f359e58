"""Everything at once, for a laptop or one small server: Redis, web, worker and beat under one Ctrl-C."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections

from support import demo
from support.keys import mark
from support.supervisor.guards import CannotServe, check_port, only_one
from support.supervisor.output import printer
from support.supervisor.programs import all_programs
from support.supervisor.run import run


class Command(BaseCommand):
    """``manage.py serve [--host H] [--port P] [--migrate]``."""

    help = "Starts Redis, the web server, the worker and the periodic jobs; Ctrl-C stops them all."
    requires_system_checks = ()  # migrations come first, and each process checks itself

    def add_arguments(self, parser: CommandParser) -> None:
        """HOST and PORT of the environment unless said otherwise."""
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--migrate", action="store_true", help="bring the database up to date first")

    def handle(self, *, host: str, port: int, migrate: bool, **_: Any) -> None:
        """Run until asked to stop. Raises CommandError when port or folder is taken, or the key is another."""
        try:
            with only_one(settings.VAR_DIR):
                check_port(host, port)
                if migrate:
                    call_command("migrate", interactive=False, verbosity=1)
                with suppress(DatabaseError):  # no tables yet: the programs will say so
                    mark.require()
                status = self._serve(host, port)
        except (CannotServe, mark.WrongKey) as reason:
            raise CommandError(str(reason)) from reason
        if status:
            sys.exit(status)

    def _serve(self, host: str, port: int) -> int:
        banner = "\n".join(_banner(host, port, demo.logins()))
        connections.close_all()
        programs = all_programs(host, port)
        return asyncio.run(run(programs, settings.BASE_DIR, printer(), lambda: self.stdout.write(banner)))


def _banner(host: str, port: int, logins: list[demo.Login]) -> list[str]:
    """What to click, and with which name."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  compared, not listened on
    base = f"http://{shown}:{port}"
    lines = ["", "  Akwaba is ready.", "", f"  Web chat     {base}/"]
    if settings.SIMULATOR:
        lines.append(f"  WhatsApp     {base}/simulator/")
    lines += [f"  Console      {base}/admin/", f"  API          {base}/api/v1/docs", ""]
    if logins:
        lines += ["  Demo log-ins (this machine only):"]
        lines += [f"    {login.username:<8} {login.password:<20} {login.role}" for login in logins]
        lines += [""]
    return [*lines, "  Ctrl-C stops everything.", ""]
