"""The cases and the claims behind the figures, one row each, each a link to where it can be looked at."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from support.console import words as french
from support.console.reports import cells
from support.console.reports.activity import pair_name
from support.console.reports.cells import Cell, Page, Table, Tile
from support.insight.desk import francs
from support.insight.desk import scope as scopes
from support.insight.desk.scope import Scope
from support.models import Claim, Escalation

SHOWN = 200
NONE = "—"
CASE_HEADS = ("Conversation", "Ouverte", "Nature", "Opérateurs", "Conseiller", "1re réponse", "État", "Note")
CLAIM_HEADS = ("Dossier", "Déposé", "Nature", "Opérateurs", "Montant", "État", "Conversation")


def cases(scope: Scope, now: datetime) -> Page:
    """The cases opened in the scope, newest first. Two queries."""
    chosen = scopes.cases(scope)
    related = ("conversation", "assignee", "satisfaction")
    found = chosen.select_related(*related).defer("conversation__state", "summary", "card").order_by("-opened_at")
    count = chosen.count()
    note = f"Les {SHOWN} plus récentes ; le fichier « Liste des demandes » les a toutes." if count > SHOWN else ""
    heads = [cells.named(head) for head in CASE_HEADS]
    rows = [_case(row) for row in found[:SHOWN]]
    return Page(
        (Tile("Demandes de conseiller", cells.number(count)),),
        (Table("demandes", "Demandes", heads, rows, note, listed=True),),
    )


def claims(scope: Scope, now: datetime) -> Page:
    """The claims that are not settled, the oldest first; ``?order=newest``: the newest. Two queries."""
    chosen = francs.unsettled(scope)
    order, named = ("-filed_at", "récents") if scope.asked.get("order") == "newest" else ("filed_at", "anciens")
    found = chosen.select_related("conversation").defer("conversation__state", "slots").order_by(order)
    count = chosen.count()
    note = f"Les {SHOWN} plus {named} sur {count}." if count > SHOWN else ""
    heads = [cells.named(head) for head in CLAIM_HEADS]
    rows = [_claim(row) for row in found[:SHOWN]]
    return Page(
        (Tile("Dossiers non réglés", cells.number(count)),),
        (Table("dossiers", "Dossiers", heads, rows, note, listed=True),),
    )


def _case(row: Escalation) -> list[Cell]:
    agent, marked = row.assignee, getattr(row, "satisfaction", None)
    replied = cells.span((row.first_replied_at - row.opened_at).total_seconds()) if row.first_replied_at else NONE
    return [
        _conversation(row.conversation_id),
        cells.words(_instant(row.opened_at)),
        cells.words(_kind(row.conversation.brand, row.kind)),
        cells.words(pair_name(row.from_operator, row.to_operator)),
        cells.words((agent.get_full_name() or agent.get_username()) if agent else NONE),
        cells.words(replied),
        cells.words(row.get_status_display()),
        cells.words(f"{marked.score} / 5" if marked and marked.score else NONE),
    ]


def _claim(row: Claim) -> list[Cell]:
    return [
        cells.words(row.number, reverse("admin:support_claim_change", args=[row.pk])),
        cells.words(_instant(row.filed_at)),
        cells.words(_kind(row.conversation.brand, row.kind)),
        cells.words(pair_name(row.from_operator, row.to_operator)),
        cells.words(NONE) if row.amount_fcfa is None else cells.money(row.amount_fcfa),
        cells.words(row.get_status_display()),
        _conversation(row.conversation_id),
    ]


def _conversation(conversation: object) -> Cell:
    return cells.words(f"…{str(conversation)[-8:]}", reverse("console:case", args=[conversation]))


def _kind(brand: str, code: str) -> str:
    return french.claim_kind(brand or settings.BRAND, code) if code else "Sans dossier"


def _instant(at: datetime) -> str:
    return timezone.localtime(at).strftime("%d/%m %H:%M")
