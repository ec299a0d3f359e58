"""The board of promises: which were kept, which were not, and the cases to look at."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain

from django.conf import settings

from support.console import words as french
from support.console.reports import cells, links, listing
from support.console.reports.cells import Cell, Page, Table, Tile
from support.insight.desk import promises
from support.insight.desk.promises import Broken, Promises
from support.insight.desk.scope import Scope
from support.models import Conversation, Told

UNTAKEN, OVER_PEOPLE, ASKED_AGAIN, NEWS, FAILED = "attendent", "par-dessus", "redemandes", "nouvelles", "echecs"
Watched = tuple[str, str, Broken]


def kept_promises(scope: Scope, now: datetime) -> Page:
    """Each promise, how often it was made and broken, with the newest cases of each; ``?only=…``: those of one."""
    found = promises.board(scope, now, listing.SHOWN if scope.only else promises.SHOWN)
    watched = _watched(found)
    asked = [each for each in watched if each[0] == scope.only]
    shown = [each for each in asked or watched if each[2].newest]
    customers = _customers(list(chain.from_iterable(broken.newest for _, _, broken in shown)))
    lists = [_instances(name, title, each, scope, customers) for name, title, each in shown]
    if asked:
        [(_, title, broken)] = asked
        return Page((Tile(title, cells.number(broken.count)),), lists, whole=links.promises(scope))
    return Page(_tiles(found, scope), (_summary(watched, scope), _states(found), *lists))


def _watched(found: Promises) -> Sequence[Watched]:
    return (
        (UNTAKEN, "Annoncées, pas encore prises", found.untaken),
        ("jamais-prises", "Terminées sans qu'une personne les prenne", found.never_taken),
        (OVER_PEOPLE, "L'assistant a parlé pendant qu'un conseiller avait la conversation", found.over_people),
        (ASKED_AGAIN, "Redemandé alors que le client l'avait donné", found.asked_again),
        (NEWS, "Changement d'état pas encore dit après 15 minutes", found.news_late),
        ("retenues", "Réponses retenues (fenêtre de 24 h fermée)", found.held),
        (FAILED, "Messages jamais arrivés", found.failed),
        ("incertains", "Envois incertains", found.unknown),
    )


def _tiles(found: Promises, scope: Scope) -> Sequence[Tile]:
    over, late = found.over_people.count, found.news_late.count
    return (
        Tile("Conseillers annoncés, puis venus", cells.share(found.taken)),
        Tile("Temps pour venir", cells.duration(found.time_to_take)),
        Tile("Assistant par-dessus un conseiller", cells.number(over, links.promises(scope, OVER_PEOPLE)), over > 0),
        Tile("Nouvelles dites", cells.share(found.told), late > 0),
    )


def _summary(watched: Sequence[Watched], scope: Scope) -> Table:
    return Table(
        "promesses",
        "À regarder",
        (cells.named("Promesse"), cells.named("Cas")),
        [
            [
                cells.words(title, f"#{name}" if each.newest else ""),
                cells.number(each.count, links.promises(scope, name)),
            ]
            for name, title, each in watched
        ],
    )


def _states(found: Promises) -> Table:
    return Table(
        "etats",
        "Changements d'état à dire",
        (cells.named("Où ils en sont"), cells.named("Nombre")),
        [[cells.words(str(Told(state).label)), cells.number(count)] for state, count in found.news_by_state],
    )


def _customers(shown: Sequence[promises.Instance]) -> Mapping[uuid.UUID, Cell]:
    """The customer of each conversation, read at once."""
    rows = Conversation.objects.filter(pk__in={each.conversation for each in shown})
    return {row.pk: listing.who(row) for row in rows.select_related("identity", "customer").defer("state")}


def _instances(name: str, title: str, broken: Broken, scope: Scope, customers: Mapping[uuid.UUID, Cell]) -> Table:
    brand = scope.brand or settings.BRAND
    rows = [
        [
            customers[each.conversation],
            cells.words(listing.instant(each.at)),
            cells.words(_what(name, each.what, brand)),
        ]
        for each in broken.newest
        if each.conversation in customers
    ]
    note = f"Les {len(rows)} plus récents sur {broken.count}." if broken.count > len(rows) else ""
    heads = [cells.named(head) for head in ("Client", "Quand", "Quoi")]
    if not any(what.text for _, _, what in rows):
        heads, rows = heads[:2], [row[:2] for row in rows]
    return Table(name, title, heads, rows, note=note, listed=True)


def _what(name: str, what: str, brand: str) -> str:
    if name == FAILED:
        return french.explain("failed", what).why
    return french.slot(brand, "debited_not_received", what) if name == ASKED_AGAIN else what if name == NEWS else ""
