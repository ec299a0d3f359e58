"""The francs that customers miss, by age and by operators; every figure leads to its claims."""

from __future__ import annotations

from datetime import datetime

from support.console.reports import cells, charts, links
from support.console.reports.activity import pair_name
from support.console.reports.cells import Cell, Page, Table, Tile
from support.console.values import counted
from support.insight.desk import francs, parts
from support.insight.desk.francs import AGES, Blocked
from support.insight.desk.scope import Scope

PICTURED = 10  # pairs of operators in a picture; the table has all


def blocked_francs(scope: Scope, now: datetime) -> Page:
    """By operators and age, and by age alone."""
    rows = francs.blocked(scope, now)
    money, claims, unknown = francs.total(rows)
    late = sum(francs.total(rows, age=age)[0] for age in ("2_to_7_days", "over_7_days"))
    no_amount, long = (links.claims(scope, only=part) for part in (parts.UNKNOWN_AMOUNT, parts.LONG))
    tiles = (
        Tile("Francs bloqués", cells.money(money, links.claims(scope))),
        Tile("Dossiers non réglés", cells.number(claims, links.claims(scope))),
        Tile("Sans montant connu (hors total)", cells.number(unknown, no_amount)),
        Tile("Depuis plus de 48 h", cells.money(late, long), late > 0),
    )
    return Page(tiles, (_by_age(rows, scope), _by_pair(rows, scope)))


def _by_age(rows: list[Blocked], scope: Scope) -> Table:
    ages = [(code, label, *francs.total(rows, age=code)) for code, label, _ in reversed(AGES)]
    return Table(
        "ages",
        "Par âge",
        (cells.named("Âge"), cells.named("Francs"), cells.named("Dossiers"), cells.named("Sans montant")),
        [
            [
                cells.words(label), cells.money(money), cells.number(claims, links.claims(scope, only=parts.age(code))),
                cells.number(unknown, links.claims(scope, only=f"{parts.age(code)},{parts.UNKNOWN_AMOUNT}")),
            ]
            for code, label, money, claims, unknown in ages
        ],
        chart=charts.bars(
            "Francs bloqués par âge", [(label, money, cells.money(money).text) for _, label, money, *_ in ages]
        ),
    )  # fmt: skip


def _by_pair(rows: list[Blocked], scope: Scope) -> Table:
    pairs = {(row.from_operator, row.to_operator): [r for r in rows if _same(r, row)] for row in rows}
    ordered = sorted(pairs.items(), key=lambda pair: (-francs.total(pair[1])[0], pair[0]))
    heads = (
        cells.named("Opérateurs"), cells.named("Total"),
        *(cells.Head(label, (f"{label} (F)", f"{label}, dossiers")) for _, label, _ in reversed(AGES)),
        cells.named("Dossiers"), cells.named("Sans montant"), cells.named("Attendent le client"),
    )  # fmt: skip
    return Table(
        "couples",
        "Par couple d'opérateurs",
        heads,
        [[cells.words(pair_name(*pair)), *_pair_cells(own, scope)] for pair, own in ordered],
        note="Dossiers reçus, en traitement ou en attente du client, de tout âge ; la période choisie ne joue pas.",
        chart=charts.bars(
            f"Francs bloqués, les {PICTURED} premiers couples d'opérateurs",
            [
                (pair_name(*pair), francs.total(own)[0], cells.money(francs.total(own)[0]).text)
                for pair, own in ordered[:PICTURED]
            ],
        ),
        empty="Aucun dossier n'attend.",
    )


def _same(one: Blocked, other: Blocked) -> bool:
    return (one.from_operator, one.to_operator) == (other.from_operator, other.to_operator)


def _pair_cells(rows: list[Blocked], scope: Scope) -> list[Cell]:
    """Of one pair."""
    pair = links.pair(rows[0].from_operator, rows[0].to_operator)

    def link(only: str = "") -> str:
        return links.claims(scope, pair=pair, **({"only": only} if only else {}))

    money, claims, unknown = francs.total(rows)
    asked = sum(row.waiting_customer for row in rows)
    return [
        cells.money(money),
        *(_aged(*francs.total(rows, age=code)[:2], link(parts.age(code))) for code, _, _ in reversed(AGES)),
        cells.number(claims, link()),
        cells.number(unknown, link(parts.UNKNOWN_AMOUNT)),
        cells.number(asked, link(parts.ASKED_CUSTOMER)),
    ]


def _aged(money: int, claims: int, href: str) -> Cell:
    if not claims:
        return Cell(cells.NONE, (0, 0))
    text = cells.money(money).text if money else cells.NONE  # of claims without an amount no sum is known
    return Cell(text, (money, claims), counted(claims, "dossier"), href)
