"""The cases and the claims behind the figures, one row each, each a link to where it can be looked at."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from support.console import words as french
from support.console.naming import customer_name
from support.console.reports import cells, links
from support.console.reports.activity import pair_name
from support.console.reports.cells import Cell, Page, Table, Tile
from support.insight.desk import francs, parts
from support.insight.desk import scope as scopes
from support.insight.desk.scope import Scope
from support.models import Claim, Conversation, Escalation

SHOWN = 200
NONE = "—"
CASE_HEADS = ("Client", "Ouverte", "Nature", "Opérateurs", "Conseiller", "1re réponse", "État", "Note")
CLAIM_HEADS = ("Dossier", "Déposé", "Nature", "Opérateurs", "Montant", "État", "Client")
WHO = ("conversation__identity", "conversation__customer")


def cases(scope: Scope, now: datetime) -> Page:
    """The cases opened in the scope, newest first, or the part of them that a figure counts. Two queries."""
    part = parts.of_cases(scope.only, now)
    chosen = scopes.cases(scope).filter(part.rows)
    found = chosen.select_related(*WHO, "assignee", "satisfaction").defer("conversation__state", "summary", "card")
    count = chosen.count()
    note = f"Les {SHOWN} plus récentes ; le fichier les a toutes." if count > SHOWN else ""
    heads = [cells.named(head) for head in CASE_HEADS]
    rows = [_case(row) for row in found.order_by("-opened_at")[:SHOWN]]
    return Page(
        (Tile(f"Demandes {part.said or 'de conseiller'}", cells.number(count)),),
        (Table("demandes", "Demandes", heads, rows, note, listed=True),),
        whole=links.cases(scope) if part.said else "",
    )


def claims(scope: Scope, now: datetime) -> Page:
    """The claims that are not settled, oldest first, or the part of them that a figure counts. Two queries."""
    part = parts.of_claims(scope.only, now)
    chosen = francs.unsettled(scope).filter(part.rows)
    found = chosen.select_related(*WHO).defer("conversation__state", "slots").order_by("filed_at")
    money, count = francs.worth(chosen)
    note = f"Les {SHOWN} plus anciens ; le fichier les a tous." if count > SHOWN else ""
    heads = [cells.named(head) for head in CLAIM_HEADS]
    rows = [claim_row(row) for row in found[:SHOWN]]
    said = f" {part.said}" if part.said else ""
    return Page(
        (Tile(f"Dossiers non réglés{said}", cells.number(count)), Tile("Francs", cells.money(money))),
        (Table("dossiers", "Dossiers", heads, rows, note, empty="Aucun dossier n'attend.", listed=True),),
        whole=links.claims(scope) if part.said else "",
    )


def _case(row: Escalation) -> list[Cell]:
    agent, marked = row.assignee, getattr(row, "satisfaction", None)
    replied = cells.span((row.first_replied_at - row.opened_at).total_seconds()) if row.first_replied_at else NONE
    return [
        who(row.conversation),
        cells.words(instant(row.opened_at)),
        cells.words(kind(row.conversation.brand, row.kind)),
        cells.words(pair_name(row.from_operator, row.to_operator)),
        cells.words((agent.get_full_name() or agent.get_username()) if agent else NONE),
        cells.words(replied),
        cells.words(row.get_status_display()),
        cells.words(f"{marked.score} / 5" if marked and marked.score else NONE),
    ]


def claim_row(row: Claim) -> list[Cell]:
    """One claim, with its customer."""
    return [
        cells.words(row.number, reverse("admin:support_claim_change", args=[row.pk])),
        cells.words(instant(row.filed_at)),
        cells.words(kind(row.conversation.brand, row.kind)),
        cells.words(pair_name(row.from_operator, row.to_operator)),
        cells.words(NONE) if row.amount_fcfa is None else cells.money(row.amount_fcfa),
        cells.words(row.get_status_display()),
        who(row.conversation),
    ]


def who(conversation: Conversation) -> Cell:
    """The customer as the queue names them, with the way to the case. Wants ``WHO`` read with it."""
    return cells.words(customer_name(conversation), reverse("console:case", args=[conversation.pk]))


def kind(brand: str, code: str) -> str:
    """A kind of claim in French."""
    return french.claim_kind(brand or settings.BRAND, code) if code else "Sans dossier"


def instant(at: datetime) -> str:
    """Day and minute, Abidjan time."""
    return timezone.localtime(at).strftime("%d/%m %H:%M")
