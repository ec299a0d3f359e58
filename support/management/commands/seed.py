"""Prepares a demonstration: roles, users and an invented history. The brand itself is data on disk."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

from support import demo
from support.console.roles import sync_roles
from support.demo_desk.fill import NotEmpty, fill


class Command(BaseCommand):
    """``manage.py seed``; run it as often as you like."""

    help = "Creates the five roles and, on a laptop, the demo users and, if asked for, an invented month of work."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Refusing on a server is the default."""
        parser.add_argument("--if-demo", action="store_true", help="on a server, create the roles alone")
        parser.add_argument(
            "--conversations", type=int, default=0, help="invent so many, where there are none yet (try 2000)"
        )

    def handle(self, *, if_demo: bool, conversations: int, **_: Any) -> None:
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
        if conversations:
            self._history(conversations)

    def _history(self, conversations: int) -> None:
        try:
            rows = fill(conversations)
        except NotEmpty as reason:
            self.stdout.write(str(reason))
        else:
            self.stdout.write(f"Invented {conversations} conversations, {len(rows.escalations)} of them for people.")
