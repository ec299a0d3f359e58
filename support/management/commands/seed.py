"""Prepares a demonstration: roles and users. The brand itself is data on disk and needs nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

from support import demo
from support.console.roles import sync_roles


class Command(BaseCommand):
    """``manage.py seed``; run it as often as you like."""

    help = "Creates the roles agent and supervisor and, on a laptop, the demo users."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Refusing on a server is the default."""
        parser.add_argument("--if-demo", action="store_true", help="on a server, create the roles alone")

    def handle(self, *, if_demo: bool, **_: Any) -> None:
        """Raises CommandError where demo users must not exist, and before the migrations."""
        try:
            if if_demo and not demo.allowed():
                sync_roles()
                return
            logins = demo.seed()
        except demo.NotADemo as reason:
            raise CommandError(str(reason)) from reason
        except (OperationalError, ProgrammingError) as error:
            raise CommandError("The database has no tables yet: run manage.py migrate first.") from error
        self.stdout.write(f"Demo users: {', '.join(login.username for login in logins) or 'all changed since'}")
