"""Every figure that leads somewhere leads to as many cases or claims, and as many francs, as it says."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from support.console.reports import links, listing
from support.console.reports.cells import Cell, Page
from support.console.reports.views import REPORTS
from support.incidents import radar
from support.insight.desk import scope as scopes
from support.models import Claim, Customer, Escalation

NARROWED = ["period=30", "period=7&channel=whatsapp", "period=30&kind=%3F", "period=30&pair=Orange%3EWave"]
LEADING = {"synthese": 20, "repartition": 40, "promesses": 1, "francs": 20}  # at least so many figures do, in 30 days


def opened(name: str, query: str, now: datetime) -> Page:
    """A report as its address says."""
    return REPORTS[name].make(scopes.read(dict(parse_qsl(query)), now), now)


def leading(page: Page) -> Iterator[Cell]:
    """The figures with a way to their cases."""
    everything = [tile.cell for tile in page.tiles] + [cell for t in page.tables for row in t.rows for cell in row]
    return (cell for cell in everything if "/rapports/" in cell.href)


@pytest.mark.parametrize("query", NARROWED)
@pytest.mark.parametrize("name", LEADING)
def test_a_figure_leads_to_just_what_it_counts(desk: datetime, name: str, query: str) -> None:
    figures = list(leading(opened(name, query, desk)))
    assert query != "period=30" or len(figures) >= LEADING[name]
    for figure in figures:
        to = urlsplit(figure.href)
        listed = opened(to.path.split("/")[-2], to.query, desk)
        assert set(figure.values) <= {tile.cell.values[0] for tile in listed.tiles}, figure
        assert sum(len(table.rows) for table in listed.tables) == min(listed.tiles[0].cell.values[0], listing.SHOWN)


def test_nothing_counted_is_out_of_reach(desk: datetime) -> None:
    """Each table of groups, and each of francs, leads to all cases and claims between its rows."""
    scope = scopes.read({"period": "30"}, desk)
    for table in opened("repartition", "period=30", desk).tables:
        place = next(n for n, head in enumerate(table.heads) if head.title == "Demandes")
        cells = [row[place] for row in table.rows]
        assert sum(cell.values[0] for cell in cells) == scopes.cases(scope).count()
        assert all(cell.href for cell in cells if cell.values[0])
    ages, pairs = opened("francs", "", desk).tables
    for table in (ages, pairs):
        place = next(n for n, head in enumerate(table.heads) if head.title == "Dossiers")
        assert all(row[place].href for row in table.rows if row[place].values[0])


def test_the_radar_leads_to_just_what_it_counted(desk: datetime) -> None:
    claim = Claim.objects.filter(kind="debited_not_received", from_operator="Orange", to_operator="Wave").latest(
        "filed_at"
    )
    unclaimed = Escalation.objects.filter(conversation__claims__isnull=True).latest("opened_at")
    Escalation.objects.filter(pk=unclaimed.pk).update(
        kind=claim.kind, from_operator="Orange", to_operator="Wave", opened_at=claim.filed_at
    )
    blips = radar.blips(settings.BRAND, desk)
    assert any(blip.group.from_operator == "Orange" and not blip.group.error for blip in blips)
    for blip in blips:
        to = urlsplit(links.counted(blip))
        page = opened("radar", to.query, desk)
        assert (page.tiles[0].cell.values, len(page.tables[0].rows)) == ((blip.count,), blip.count)
    assert radar.blips(settings.BRAND, desk)[0].count > 5


@pytest.fixture
def auditor(desk: datetime) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="yao"))
    return client


@pytest.mark.parametrize("name", ["demandes", "dossiers", "promesses"])
def test_customers_are_named_as_in_the_queue_and_no_number_is_whole(auditor: Client, name: str) -> None:
    Customer.objects.filter(display_name="").update(display_name="Kouadio 0707080910")
    page = auditor.get(f"/admin/rapports/{name}/?period=30").content.decode()
    assert "Kouadio •••• 0910" in page
    assert "0707080910" not in page


@pytest.mark.parametrize("name", ["demandes", "dossiers", "promesses"])
def test_lists_cost_the_same_with_many_rows(auditor: Client, name: str) -> None:
    with CaptureQueriesContext(connection) as few:
        auditor.get(f"/admin/rapports/{name}/?period=today&kind=wrong_recipient")
    with CaptureQueriesContext(connection) as many:
        auditor.get(f"/admin/rapports/{name}/?period=30")
    assert len(many) <= len(few) <= 30


def test_the_file_of_a_list_holds_the_part_that_is_seen(auditor: Client, desk: datetime) -> None:
    for address in ("dossiers", "demandes"):
        page = auditor.get(f"/admin/rapports/{address}/?period=30&only=over-48-hours,reopened")
        listed, seen = page.context["page"], page.context["query"]
        text = auditor.get(f"/admin/rapports/{address}.csv?{seen}").content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";"))
        assert len(rows) - 1 == listed.tiles[0].cell.values[0] > 0
