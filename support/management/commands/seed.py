"""Prepares a demonstration: roles and users. The brand itself is data on disk and needs nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from support import demo


class Command(BaseCommand):
    """``manage.py seed``; run it as often as you like."""

    help = "Creates the roles agent and supervisor and, on a laptop, the demo users."
    requires_system_checks = ()

    def handle(self, **_: Any) -> None:
        """Raises CommandError where demo users must not exist."""
        try:
            logins = demo.seed()
        except demo.NotADemo as reason:
            raise CommandError(str(reason)) from reason
        self.stdout.write(f"demo users: {', '.join(login.username for login in logins) or 'none left unchanged'}")
