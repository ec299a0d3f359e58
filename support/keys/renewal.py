"""A new INDEX_KEY, while nothing else works on the database: begin, bring the digests over, finish.

Between ``begin`` and ``finish`` the database belongs to neither key and no process starts on it, so that what was
interrupted is finished and nothing is written with a key that is no longer there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice

from support import db
from support.accounts import sessions
from support.backoffice import tokens
from support.keys import digests
from support.keys.mark import agrees, fingerprint
from support.models import ApiToken, Authenticator, IndexKey
from support.privacy import audit


class Refused(Exception):
    """Why nothing was renewed; the text is for who asked."""


@dataclass(frozen=True, slots=True)
class ToTell:
    """Who must do something after a renewal: names of staff, names of programs with a token."""

    staff: tuple[str, ...]
    programs: tuple[str, ...]


def begin(old: str, *, broken: bool = False) -> bool:
    """Seal the audit trail and take the database out of use. False where today's key is already the database's.

    Raises Refused for a key that is not the database's, or beside another renewal; audit.Broken as ``audit.seal`` does.
    """
    new = fingerprint(settings.INDEX_KEY)
    with db.write():
        row = _marked(old)
        if row.fingerprint == new and not row.next:
            return False
        if row.fingerprint != fingerprint(old):
            raise Refused("The old key given is not the one that this database is written with.")
        if row.next not in ("", new):
            raise Refused("A renewal to another key has begun: finish that one first, with its own two keys.")
        if not row.next:
            audit.seal(old, broken=broken)
            row.next = new
            row.save(update_fields=["next"])
    return True


def bring_over(old: str) -> Iterator[tuple[str, int]]:
    """Each batch's kind and how many rows of it were renewed."""
    for kind, batches in (
        ("addresses of customers", digests.addresses()),
        ("references of claims", digests.claims()),
        ("identifiers of cases", digests.identifiers()),
        ("pseudonyms", digests.pseudonyms(old)),
    ):
        for count in batches:
            yield kind, count


def finish() -> ToTell:
    """Give the database to today's key, without the secrets that only the old one knew: they are made anew."""
    with db.write():
        told = ToTell(tuple(_forget_second_factors()), tuple(_revoke_tokens()))
        IndexKey.objects.filter(id=1).update(fingerprint=fingerprint(settings.INDEX_KEY), next="", since=timezone.now())
    return told


def _marked(old: str) -> IndexKey:
    row = IndexKey.objects.select_for_update().filter(id=1).first()
    if row is None and agrees(old) is False:
        raise Refused("Nothing in this database is written with the old key given.")
    return row or IndexKey.objects.create(id=1, fingerprint=fingerprint(old), since=timezone.now())


def _forget_second_factors() -> Iterator[str]:
    """A telephone's secret and the recovery codes are known to the old key alone."""
    enrolled = [
        *Authenticator.objects.values_list("user", flat=True),
        *StaticDevice.objects.values_list("user", flat=True),
    ]
    Authenticator.objects.all().delete()
    StaticDevice.objects.all().delete()
    for user in User.objects.filter(pk__in=enrolled).order_by("username"):
        sessions.end_all(user)
        audit.record(None, "second_factor_reset", f"user:{user.pk}", {"why": audit.SEAL})
        yield user.get_username()


def _revoke_tokens() -> Iterator[str]:
    """A token is known by its digest, which the new key would make another of."""
    for row in filter(tokens.is_living, ApiToken.objects.order_by("pk")):
        tokens.revoke(row)
        yield row.name
