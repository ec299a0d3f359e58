"""The claims and cases that one alarm of the radar counted: as many rows as it said."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from support.console import words as french
from support.console.reports import cells, listing
from support.console.reports.activity import pair_name
from support.console.reports.cells import Cell, Page, Table, Tile
from support.incidents import radar
from support.insight.desk.scope import UNKNOWN, Scope
from support.models import Escalation

HEADS = ("Dossier", "Quand", "Nature", "Opérateurs", "Montant", "État", "Client")
NO_CLAIM = "Sans dossier"


def page(scope: Scope, now: datetime) -> Page:
    """Newest first; ``after``, ``until`` and ``error`` are read as ``links.counted`` says them. Two queries."""
    until = _instant(scope.asked.get("until", ""), now)
    since = _instant(scope.asked.get("after", ""), until - radar.WINDOWS[-1])
    since = max(since, until - timedelta(days=1))  # an address made by hand lists no year
    kind, sender, receiver = (
        "" if each == UNKNOWN else each for each in (scope.kind, scope.from_operator, scope.to_operator)
    )
    error = scope.asked.get("error", "")[:40]
    claims, cases = radar.counted(settings.BRAND, radar.Group(kind, sender, receiver, error), since, until)
    found = [(row.filed_at, listing.claim_row(row)) for row in claims.select_related(*listing.WHO)]
    found += [(row.opened_at, _case(row)) for row in cases.select_related(*listing.WHO)]
    rows = [row for _, row in sorted(found, key=lambda each: each[0], reverse=True)]
    about = [listing.kind(settings.BRAND, kind), pair_name(sender, receiver)]
    about += [french.code("intents", error)] if error else []
    note = f"{', '.join(about)}, après {_said(since)} et jusqu'à {_said(until)}."
    heads = [cells.named(head) for head in HEADS]
    return Page(
        (Tile("Cas", cells.number(len(rows))),),
        (Table("cas", "Cas comptés par le radar", heads, rows, note, listed=True),),
    )


def _case(row: Escalation) -> list[Cell]:
    return [
        cells.words(NO_CLAIM),
        cells.words(listing.instant(row.opened_at)),
        cells.words(listing.kind(row.conversation.brand, row.kind)),
        cells.words(pair_name(row.from_operator, row.to_operator)),
        cells.words(listing.NONE),
        cells.words(row.get_status_display()),
        listing.who(row.conversation),
    ]


def _instant(text: str, usual: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return usual
    if not 2000 <= at.year < 9000:  # nothing is that old, and no sum with it overflows
        return usual
    return at if at.tzinfo else timezone.make_aware(at)


def _said(at: datetime) -> str:
    return timezone.localtime(at).strftime("%d/%m à %H h %M")
