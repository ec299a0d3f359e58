"""The report on the work in parts: by agent, kind, channel, operators, hour and weekday."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from support.console import words as french
from support.console.reports import cells, charts, links
from support.console.reports.activity import pair_name, slice_heads, slice_row
from support.console.reports.cells import Cell, Page, Table
from support.insight.desk import facts as reading
from support.insight.desk import figures, parts
from support.insight.desk.figures import Group, Work
from support.insight.desk.scope import UNKNOWN, Scope
from support.models import Channel

NOBODY = "Personne (jamais prise)"
MEASURED = (
    cells.named("Demandes"),
    cells.spread_head("1re réponse"),
    cells.spread_head("Réponse suivante"),
    cells.spread_head("Résolution"),
    cells.spread_head("Traitement"),
    cells.share_head("1re réponse à l'heure"),
    cells.share_head("Rouvertes"),
    cells.marks_head("Satisfaction"),
)


def breakdown(scope: Scope, now: datetime) -> Page:
    """The same measures, group by group."""
    facts = reading.gather(scope)
    brand = scope.brand or settings.BRAND
    names = _names([case.agent for case in facts.cases] + [each.agent for each in facts.passages])

    def kind(code: str) -> str:
        return french.claim_kind(brand, code) if code else "Sans dossier"

    def groups(key: Callable[[reading.Case], Any]) -> list[Group]:
        return figures.grouped(facts, now, key)

    return Page(
        tables=(
            _groups(
                "conseillers", "Par conseiller", figures.by_agent(facts, now), lambda who: names.get(who, NOBODY),
                lambda who: links.cases(scope, agent=str(who or UNKNOWN)),
            ),
            _groups(
                "natures", "Par nature", groups(lambda case: case.kind), kind,
                lambda code: links.cases(scope, kind=code or UNKNOWN),
            ),
            _groups(
                "canaux", "Par canal", groups(lambda case: case.channel), lambda code: str(Channel(code).label),
                lambda code: links.cases(scope, channel=code),
            ),
            _groups(
                "couples", "Par couple d'opérateurs", groups(_pair), lambda pair: pair_name(*pair),
                lambda pair: links.cases(scope, pair=links.pair(*pair)),
            ),
            _hours(facts, scope),
            _weekdays(facts, scope),
        )
    )  # fmt: skip


def _pair(case: reading.Case) -> tuple[str, str]:
    return case.from_operator, case.to_operator


def _names(ids: Sequence[int | None]) -> Mapping[int | None, str]:
    users = User.objects.filter(pk__in={each for each in ids if each})
    return {user.pk: user.get_full_name() or user.get_username() for user in users}


def _groups(
    name: str, title: str, groups: Sequence[Group], named: Callable[[Any], str], link: Callable[[Any], str]
) -> Table:
    shown = [(named(group.key), group.work) for group in groups]
    return Table(
        name,
        title,
        (cells.named(title.removeprefix("Par ").capitalize()), *MEASURED),
        [[cells.words(named(group.key)), *_measured(group.work, link(group.key))] for group in groups],
        chart=charts.bars(
            f"Demandes, {title.lower()}", [(each, work.cases, cells.number(work.cases).text) for each, work in shown]
        ),
    )


def _measured(work: Work, href: str) -> list[Cell]:
    return [
        cells.number(work.cases, href),
        *(cells.duration(each) for each in (work.first_reply, work.next_reply, work.resolution, work.handling)),
        cells.share(work.first_kept),
        cells.share(work.reopened),
        cells.marks(work.satisfaction),
    ]


def _hours(facts: reading.Facts, scope: Scope) -> Table:
    slices = figures.by_instant(facts, lambda at: timezone.localtime(at).hour, range(24))
    chart = charts.columns(
        "Messages de clients par heure", [(f"{each.key} h", each.messages) for each in slices], named_every=4
    )
    rows = [slice_row(f"{each.key} h", each, links.cases(scope, only=parts.hour(each.key))) for each in slices]
    return Table("heures", "Par heure", slice_heads("Heure"), rows, chart=chart)


def _weekdays(facts: reading.Facts, scope: Scope) -> Table:
    """A period of thirty days has five of some weekdays and four of the others: the picture shows one of each."""
    slices = figures.by_instant(facts, lambda at: timezone.localtime(at).weekday(), range(7))
    days = Counter(day.weekday() for day in scope.days)
    chart = charts.columns(
        "Messages de clients par jour de la semaine, en moyenne d'un tel jour",
        [(parts.WEEKDAYS[each.key][:3], round(each.messages / max(1, days[each.key]))) for each in slices],
    )
    heads = (cells.named("Jour"), cells.named("Jours dans la période"), *slice_heads("Jour")[1:])
    rows = [
        slice_row(parts.WEEKDAYS[each.key].capitalize(), each, links.cases(scope, only=parts.weekday(each.key)))
        for each in slices
    ]
    rows = [[row[0], cells.number(days[each.key]), *row[1:]] for row, each in zip(rows, slices, strict=True)]
    note = "Le graphique montre les messages de clients d'un tel jour en moyenne ; le tableau, tous ceux de la période."
    return Table("semaine", "Par jour de la semaine", heads, rows, note=note, chart=chart)
