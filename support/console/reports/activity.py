"""The report on the work as a whole: how much, how fast people and the assistant were, how well, day by day."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format

from support.console.reports import cells, charts, links
from support.console.reports.cells import Cell, Head, Page, Table, Tile
from support.console.values import counted
from support.insight.desk import facts as reading
from support.insight.desk import figures, parts
from support.insight.desk.figures import Slice, Work
from support.insight.desk.measures import Share
from support.insight.desk.scope import UNKNOWN, Scope
from support.models import Channel


def overview(scope: Scope, now: datetime) -> Page:
    """Volume, people's time, the assistant's time, quality, and the days."""
    facts = reading.gather(scope)
    volume, work = figures.volume(facts), figures.work(facts, now)
    tiles = (
        Tile("Conversations", cells.number(volume.conversations)),
        Tile("Demandes de conseiller", cells.number(volume.cases, links.cases(scope))),
        Tile("Assistant seul", cells.share(volume.alone)),
        Tile("1re réponse d'une personne", cells.duration(work.first_reply)),
        Tile("1re réponse à l'heure", cells.share(work.first_kept)),
        Tile("Satisfaction", cells.marks(work.satisfaction)),
    )
    tables = (
        _volume(volume, scope), _people(work), _assistant(facts), _quality(work, scope), _scores(work, scope),
        _days(facts, scope),
    )  # fmt: skip
    return Page(tiles, tables)


def pair_name(sender: str, receiver: str) -> str:
    """« Orange → Wave »."""
    known = [operator if operator != UNKNOWN else "" for operator in (sender, receiver)]
    return " → ".join(operator or "?" for operator in known) if any(known) else "Opérateurs inconnus"


def _volume(volume: figures.Volume, scope: Scope) -> Table:
    rows = (
        ("Conversations où un client a écrit", cells.number(volume.conversations)),
        ("Messages de clients", cells.number(volume.customer_messages)),
        ("Messages de l'assistant", cells.number(volume.bot_messages)),
        ("Messages de conseillers", cells.number(volume.agent_messages)),
        ("Demandes de conseiller ouvertes", cells.number(volume.cases, links.cases(scope))),
    )
    share = Cell(cells.share(volume.alone).text, cells.share(volume.alone).values[:1], cells.share(volume.alone).sub)
    return Table(
        "volume",
        "Volume",
        (cells.named("Mesure"), cells.named("Nombre")),
        [[cells.words(name), cell] for name, cell in rows] + [[cells.words("Vues par l'assistant seul (%)"), share]],
        note="L'assistant seul : aucune demande de conseiller n'était ouverte dans la période.",
    )


def _days(facts: reading.Facts, scope: Scope) -> Table:
    slices = figures.by_instant(facts, lambda at: timezone.localtime(at).date(), scope.days)
    named = [(date_format(each.key, "j b"), each.messages) for each in slices]
    chart = charts.columns("Messages de clients par jour", named, named_every=max(1, len(named) // 6))
    rows = [slice_row(date_format(each.key, "D j b"), each, _cases_of(each, scope)) for each in slices]
    return Table("jours", "Jour par jour", slice_heads("Jour"), rows, chart=chart)


def _cases_of(day: Slice, scope: Scope) -> str:
    """To the cases of one day."""
    return links.cases(scope, **{"from": str(day.key), "to": str(day.key), "period": "custom"})


def _people(work: Work) -> Table:
    rows = (
        ("1re réponse d'une personne (depuis la demande)", work.first_reply),
        ("1re réponse d'une personne (depuis la prise)", work.after_taking),
        ("Réponse suivante", work.next_reply),
        ("Résolution", work.resolution),
        ("Attente dans la file", work.queue),
        ("Traitement (avec un conseiller)", work.handling),
    )
    return Table(
        "personnes",
        "Temps des personnes",
        (cells.named("Mesure"), cells.spread_head("Durée")),
        [[cells.words(name), cells.duration(each)] for name, each in rows],
        note="Sur les demandes ouvertes dans la période.",
    )


def _assistant(facts: reading.Facts) -> Table:
    rows = [("Tous les canaux", figures.assistant(facts))]
    rows += [(str(channel.label), figures.assistant(facts, channel)) for channel in Channel]
    return Table(
        "assistant",
        "Temps de l'assistant",
        (cells.named("Canal"), cells.spread_head("Réponse")),
        [[cells.words(name), cells.duration(each)] for name, each in rows],
        note="Du premier message du client resté sans réponse à la réponse de l'assistant.",
    )


def _quality(work: Work, scope: Scope) -> Table:
    rows = (
        ("1re réponse dans le délai promis", work.first_kept, _missed(work.first_kept), parts.FIRST_LATE),
        ("Résolution dans le délai promis", work.resolution_kept, _missed(work.resolution_kept), parts.END_LATE),
        ("Rouvertes peu après une résolution", work.reopened, work.reopened.part, parts.REOPENED),
    )
    return Table(
        "qualite",
        "Délais tenus et réouvertures",
        (cells.named("Mesure"), cells.share_head("Part"), cells.named("À revoir")),
        [
            [cells.words(name), cells.share(each), cells.number(count, links.cases(scope, only=part))]
            for name, each, count, part in rows
        ],
        note="À revoir : les demandes hors délai, et les rouvertes.",
    )


def _missed(kept: Share) -> int:
    return kept.whole - kept.part


def _scores(work: Work, scope: Scope) -> Table:
    marks = work.satisfaction
    rows = [(mark, f"{mark} / 5", marks.counts[mark - 1]) for mark in range(5, 0, -1)]
    return Table(
        "satisfaction",
        "Satisfaction",
        (cells.named("Note"), cells.named("Réponses")),
        [
            [cells.words(name), cells.number(count, links.cases(scope, only=parts.mark(mark)))]
            for mark, name, count in rows
        ],
        note=f"{counted(marks.count, 'réponse')} à {counted(marks.asked, 'question')}.",
        chart=charts.bars("Réponses par note", [(name, count, str(count)) for _, name, count in rows]),
    )


def slice_heads(title: str) -> tuple[Head, ...]:
    """Of the rows of ``slice_row``."""
    return (
        cells.named(title), cells.named("Messages de clients"), cells.named("Demandes"),
        cells.spread_head("1re réponse d'une personne"), cells.spread_head("Réponse de l'assistant"),
    )  # fmt: skip


def slice_row(name: str, each: Slice, href: str) -> list[Cell]:
    """A part of time; its cases lead to ``href``."""
    counts = [cells.number(each.messages), cells.number(each.cases, href)]
    return [cells.words(name), *counts, cells.duration(each.first_reply), cells.duration(each.assistant)]
