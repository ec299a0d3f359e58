"""The two boards of what is owed: promises kept or not, and the francs customers miss."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from support.console import words as french
from support.console.reports import cells, charts, links
from support.console.reports.activity import pair_name
from support.console.reports.cells import Cell, Page, Table, Tile
from support.console.values import counted
from support.insight.desk import francs, promises
from support.insight.desk.francs import AGES, Blocked
from support.insight.desk.promises import Broken
from support.insight.desk.scope import Scope
from support.models import Told

PICTURED = 10  # pairs of operators in a picture; the table has all


def kept_promises(scope: Scope, now: datetime) -> Page:
    """Each promise, how often it was made and broken, and the cases to look at."""
    found = promises.board(scope, now)
    watched = (
        ("attendent", "Annoncées, pas encore prises", found.untaken),
        ("jamais-prises", "Terminées sans qu'une personne les prenne", found.never_taken),
        ("par-dessus", "L'assistant a parlé pendant qu'un conseiller avait la conversation", found.over_people),
        ("redemandes", "Redemandé alors que le client l'avait donné", found.asked_again),
        ("nouvelles", "Changement d'état pas encore dit après 15 minutes", found.news_late),
        ("retenues", "Réponses retenues (fenêtre de 24 h fermée)", found.held),
        ("echecs", "Messages jamais arrivés", found.failed),
        ("incertains", "Envois incertains", found.unknown),
    )
    tiles = (
        Tile("Conseillers annoncés, puis venus", cells.share(found.taken)),
        Tile("Temps pour venir", cells.duration(found.time_to_take)),
        Tile("Assistant par-dessus un conseiller", cells.number(found.over_people.count), found.over_people.count > 0),
        Tile("Nouvelles dites", cells.share(found.told), found.news_late.count > 0),
    )
    summary = Table(
        "promesses",
        "À regarder",
        (cells.named("Promesse"), cells.named("Cas")),
        [
            [cells.words(title, f"#{name}" if each.newest else ""), cells.number(each.count)]
            for name, title, each in watched
        ],
    )
    states = Table(
        "etats",
        "Changements d'état à dire",
        (cells.named("Où ils en sont"), cells.named("Nombre")),
        [[cells.words(str(Told(state).label)), cells.number(count)] for state, count in found.news_by_state],
    )
    lists = [_instances(name, title, each, scope) for name, title, each in watched if each.newest]
    return Page(tiles, (summary, states, *lists))


def blocked_francs(scope: Scope, now: datetime) -> Page:
    """By operators and age, and by age alone."""
    rows = francs.blocked(scope, now)
    money, claims, unknown = francs.total(rows)
    late = sum(francs.total(rows, age=age)[0] for age in ("2_to_7_days", "over_7_days"))
    tiles = (
        Tile("Francs bloqués", cells.money(money), href=links.claims(scope)),
        Tile("Dossiers non réglés", cells.number(claims), href=links.claims(scope)),
        Tile("Sans montant connu (hors total)", cells.number(unknown)),
        Tile("Depuis plus de 48 h", cells.money(late), late > 0),
    )
    return Page(tiles, (_by_age(rows), _by_pair(rows, scope)))


def _instances(name: str, title: str, broken: Broken, scope: Scope) -> Table:
    brand = scope.brand or settings.BRAND
    rows = [
        [
            cells.words(f"…{str(each.conversation)[-8:]}", reverse("console:case", args=[each.conversation])),
            cells.words(timezone.localtime(each.at).strftime("%d/%m %H:%M")),
            cells.words(_what(name, each.what, brand)),
        ]
        for each in broken.newest
    ]
    note = f"Les {len(rows)} plus récents sur {broken.count}." if broken.count > len(rows) else ""
    heads = [cells.named(head) for head in ("Conversation", "Quand", "Quoi")]
    if not any(what.text for _, _, what in rows):
        heads, rows = heads[:2], [row[:2] for row in rows]
    return Table(name, title, heads, rows, note=note)


def _what(name: str, what: str, brand: str) -> str:
    if name == "echecs":
        return french.explain("failed", what).why
    return french.slot(brand, "debited_not_received", what) if name == "redemandes" else what if "AK-" in what else ""


def _by_age(rows: list[Blocked]) -> Table:
    ages = [(label, *francs.total(rows, age=code)) for code, label, _ in reversed(AGES)]
    return Table(
        "ages",
        "Par âge",
        (cells.named("Âge"), cells.named("Francs"), cells.named("Dossiers"), cells.named("Sans montant")),
        [[cells.words(label), cells.money(money), *map(cells.number, counts)] for label, money, *counts in ages],
        chart=charts.bars(
            "Francs bloqués par âge", [(label, money, cells.money(money).text) for label, money, *_ in ages]
        ),
    )


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
        [
            [cells.words(pair_name(*pair), links.claims(scope, pair=links.pair(*pair))), *_pair_cells(own)]
            for pair, own in ordered
        ],
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


def _pair_cells(rows: list[Blocked]) -> list[Cell]:
    money, claims, unknown = francs.total(rows)
    by_age = [francs.total(rows, age=code) for code, _, _ in reversed(AGES)]
    ages = [Cell(cells.money(each[0]).text, each[:2], counted(each[1], "dossier")) for each in by_age]
    asked = sum(row.waiting_customer for row in rows)
    return [cells.money(money), *ages, cells.number(claims), cells.number(unknown), cells.number(asked)]
