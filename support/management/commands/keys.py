"""``manage.py keys check`` tells which INDEX_KEY the database is written with and what is not; ``… renew`` changes it.

The old key comes from OLD_INDEX_KEY. Everything else must be stopped meanwhile (docs/keys.md). Ended in the middle, it
goes on when run again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import chain
from typing import Any

import redis
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from support import redis_client
from support.insight.signs import WORKER_SEEN
from support.keys import digests, mark, renewal
from support.privacy import audit
from support.supervisor.guards import CannotServe, only_one


class Command(BaseCommand):
    """``check`` ends with status 1 when the key is not the database's, or something is left to renew."""

    help = "Checks what INDEX_KEY keys (check), or brings it under a new one (renew)."
    requires_system_checks = ()  # the check of the key would refuse exactly where this is needed

    def add_arguments(self, parser: CommandParser) -> None:
        """The keys come from the settings: on a command line others could read them."""
        parser.add_argument("verb", choices=("check", "renew"))
        parser.add_argument("--broken-audit", action="store_true", help="seal the audit trail though it does not hold")

    def handle(self, *, verb: str, broken_audit: bool, **_: Any) -> None:
        """Raises CommandError."""
        if verb == "check":
            self._check()
            return
        if not (old := settings.OLD_INDEX_KEY):
            raise CommandError("OLD_INDEX_KEY is not set: the key that INDEX_KEY was until now is expected there.")
        if old == settings.INDEX_KEY:
            raise CommandError("OLD_INDEX_KEY and INDEX_KEY are the same: nothing to renew.")
        try:
            with _alone():
                self._renew(old, broken_audit)
        except audit.Broken as reason:
            raise CommandError(f"Nothing was changed: {reason}. Look into it; --broken-audit goes on.") from reason
        except (renewal.Refused, CannotServe) as reason:
            raise CommandError(str(reason)) from reason
        call_command("search", "renew", stdout=self.stdout)

    def _renew(self, old: str, broken_audit: bool) -> None:
        begun = renewal.begin(old, broken=broken_audit)
        counts: dict[str, int] = {}
        for kind, count in renewal.bring_over(old):
            counts[kind] = counts.get(kind, 0) + count
        for kind, count in counts.items():
            self.stdout.write(f"{count} {kind} renewed")
        if begun:
            told = renewal.finish()
            self.stdout.write("The database is written with today's INDEX_KEY; the audit trail is sealed.")
            self.stdout.write(f"Enrol their second factor anew at the next sign-in: {_list(told.staff)}")
            self.stdout.write(f"Need a new token (manage.py token create): {_list(told.programs)}")
        if doubled := digests.doubled():
            self.stdout.write(f"Came back as strangers under today's key; merge in the console: {_list(doubled)}")

    def _check(self) -> None:
        try:
            mark.require()
        except mark.WrongKey as fault:
            raise CommandError(str(fault)) from fault
        left = sum(chain(digests.addresses(False), digests.claims(False), digests.identifiers(False)))
        broken, doubled = audit.first_break(), digests.doubled()
        self.stdout.write("The database is written with this INDEX_KEY.")
        self.stdout.write(f"The audit trail {f'breaks at {broken}' if broken else 'holds'}.")
        self.stdout.write(f"{left} rows to renew; came back as strangers: {_list(doubled)}")
        if left or broken or doubled:
            raise CommandError("See docs/keys.md.", returncode=1)


@contextmanager
def _alone() -> Iterator[None]:
    """Raises CannotServe while something else is seen to work on the database."""
    with only_one(settings.VAR_DIR) if settings.EMBEDDED else nullcontext():  # a server's folder is read-only
        try:
            seen = redis_client.connection().exists(WORKER_SEEN)
        except redis.RedisError:
            seen = False
        if seen:
            raise CannotServe("A worker was seen within the last 30 seconds: stop everything first, then try again.")
        yield


def _list(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(names) or "nobody"
