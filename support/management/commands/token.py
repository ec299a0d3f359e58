"""Tokens of the API: ``manage.py token create NAME --scope backoffice``, ``token list``, ``token revoke ID``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from support.backoffice import tokens
from support.models import ApiToken


class Command(BaseCommand):
    """A token is printed once, when it is made."""

    help = "Créer, lister et révoquer les jetons de l'API."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """One verb each."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="créer un jeton ; il n'est montré qu'une fois")
        create.add_argument("name", help="à qui il est donné")
        create.add_argument("--scope", action="append", required=True, choices=tokens.SCOPES, help="un droit")
        create.add_argument("--brand", default=settings.BRAND)
        create.add_argument("--days", type=int, help="jours jusqu'à son expiration ; sans limite sinon")
        verbs.add_parser("list", help="les jetons et leur état")
        revoke = verbs.add_parser("revoke", help="révoquer un jeton")
        revoke.add_argument("id", type=int, help="le numéro que donne list")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Raises CommandError with status 2."""
        match verb:
            case "create":
                self._create(**options)
            case "list":
                for row in ApiToken.objects.order_by("pk"):
                    self.stdout.write(f"{row.pk}\t{row.name}\t{row.prefix}…\t{row.scopes}\t{row.brand}\t{_state(row)}")
            case "revoke":
                self._revoke(options["id"])

    def _create(self, name: str, scope: list[str], brand: str, days: int | None, **_: Any) -> None:
        if days is not None and not 0 < days <= 3650:
            raise CommandError("days: de 1 à 3650", returncode=2)
        try:
            row, token = tokens.create(name, scope, brand, tokens.in_days(days))
        except tokens.TokenError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stderr.write(f"Jeton {row.pk} « {row.name} » ({row.scopes}). Il n'est montré qu'une fois :")
        self.stdout.write(token)

    def _revoke(self, number: int) -> None:
        row = ApiToken.objects.filter(pk=number).first()
        if row is None or not tokens.revoke(row):
            raise CommandError(f"id: aucun jeton vivant n'a le numéro {number}", returncode=2)
        self.stdout.write(f"Jeton {row.pk} « {row.name} » révoqué.")


def _state(row: ApiToken) -> str:
    if row.revoked_at:
        return f"révoqué {row.revoked_at:%Y-%m-%d}"
    if not tokens.is_living(row):
        return f"expiré {row.expires_at:%Y-%m-%d}"
    return f"utilisé {row.last_used_at:%Y-%m-%d %H:%M}" if row.last_used_at else "jamais utilisé"
