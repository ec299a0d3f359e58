"""The supervisor's pages: open to whom they should be, the same in files, as cheap with many rows as with few."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from support.console import selectors
from support.console.reports import cells, charts, files
from support.console.reports.cells import Cell, Page, Table
from support.insight.desk import live
from support.insight.desk import scope as scopes
from support.insight.desk.measures import Share, Spread, spread
from support.models import AuditEvent, Conversation, Escalation, Identity, TeamMember
from support.transports.web.events import isoformat

REPORTS = ["synthese", "repartition", "promesses", "francs"]
PAGES = ["rapports/", *(f"rapports/{name}/" for name in REPORTS), "rapports/demandes.csv", "rapports/synthese.xlsx"]
BOARD = ["tableau/", "tableau/etat/"]


@pytest.fixture
def browser(desk: datetime) -> Callable[[str], Client]:
    """A signed-in browser of somebody of the demonstration."""

    def make(username: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=username))
        return client

    return make


@pytest.mark.parametrize(
    ("who", "reports", "board"),
    [("awa", 403, 403), ("aya", 403, 403), ("mariam", 200, 200), ("yao", 200, 403), ("admin", 200, 200)],
)
def test_pages_open_for_those_who_may_read_them(
    browser: Callable[[str], Client], who: str, reports: int, board: int
) -> None:
    client = browser(who)
    assert {client.get(f"/admin/{page}").status_code for page in PAGES} == {reports}
    assert {client.get(f"/admin/{page}").status_code for page in BOARD} == {board}
    shown = client.get("/admin/support/claim/").content.decode()
    assert ("/admin/rapports/" in shown, "/admin/tableau/" in shown) == (reports == 200, board == 200)


def test_nobody_sees_anything_without_signing_in(desk: datetime) -> None:
    assert {Client().get(f"/admin/{page}").status_code for page in PAGES} == {302}
    assert Client().get("/admin/tableau/etat/").status_code == 403


@pytest.mark.parametrize("address", ["rapports/rien/", "rapports/rien.csv", "rapports/synthese.pdf"])
def test_what_does_not_exist_is_not_found(browser: Callable[[str], Client], address: str) -> None:
    assert browser("mariam").get(f"/admin/{address}").status_code == 404


@pytest.mark.parametrize("name", REPORTS)
def test_queries_do_not_grow_with_rows(browser: Callable[[str], Client], name: str) -> None:
    client = browser("mariam")
    with CaptureQueriesContext(connection) as few:
        client.get(f"/admin/rapports/{name}/?period=today")
    with CaptureQueriesContext(connection) as many:
        client.get(f"/admin/rapports/{name}/?period=30")
    assert len(many) == len(few) <= 30


def test_the_list_of_cases_is_read_in_one_query_and_shows_no_whole_number(browser: Callable[[str], Client]) -> None:
    client = browser("yao")
    with CaptureQueriesContext(connection) as queries:
        content = client.get("/admin/rapports/demandes.csv?period=30").content
    assert len([each for each in queries if "support_escalation" in each["sql"]]) == 1
    assert content.startswith(b"\xef\xbb\xbf")
    heads, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert len(rows) == Escalation.objects.count() > 0
    assert {len(row) for row in rows} == {len(heads)}
    numbers = [identity.value for identity in Identity.objects.filter(channel="whatsapp")]
    assert not [number for number in numbers if number[4:] in content.decode()]
    assert "•••• " in content.decode()
    event = AuditEvent.objects.get(action="export", target="report:demandes")
    assert (event.actor_name, event.details["format"]) == ("yao", "csv")


@pytest.mark.parametrize("name", REPORTS)
def test_a_workbook_holds_every_table_of_its_report(browser: Callable[[str], Client], name: str) -> None:
    client = browser("mariam")
    page: Page = client.get(f"/admin/rapports/{name}/?period=30").context["page"]
    content = client.get(f"/admin/rapports/{name}.xlsx?period=30").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert len(book.sheetnames) == len(page.tables)
    for sheet, table in zip(book.worksheets, page.tables, strict=True):
        assert sheet.max_row == len(table.rows) + 1
        assert all(
            len(cell.values) == len(head.columns)
            for row in table.rows
            for head, cell in zip(table.heads, row, strict=True)
        )


def test_no_cell_of_a_file_is_computed() -> None:
    evil = "=HYPERLINK(1)"
    table = Table("x", "x", [cells.named("A"), cells.share_head("B")], [[cells.words(evil), cells.share(Share(2, 8))]])
    text = files.written("csv", files.sheets(Page(tables=(table,)))).decode("utf-8-sig")
    assert text.splitlines()[1] == f"'{evil};25,0;2;8"
    book = openpyxl.load_workbook(io.BytesIO(files.written("xlsx", files.sheets(Page(tables=(table,))))))
    assert next((cell.value, cell.data_type) for cell in book.worksheets[0][2]) == (f"'{evil}", "s")


def test_the_board_says_who_is_there_and_what_waits(browser: Callable[[str], Client], desk: datetime) -> None:
    client = browser("mariam")
    with CaptureQueriesContext(connection) as queries:
        state = client.get("/admin/tableau/etat/").json()
    assert len(queries) <= 16
    waiting = Escalation.objects.filter(closed_at=None, conversation__owner="queue")
    assert sum(each["count"] for each in state["priorities"]) == waiting.count() > 0
    oldest = waiting.order_by("opened_at")[0]
    assert state["waiting"]["case"] == str(oldest.conversation_id)
    late, rows = live.snapshot(desk)["late"], [row for row in selectors.queue() if row["status"] == "open"]
    assert late["breached"] == len([row for row in rows if row["due"] and row["due"] < isoformat(desk)]) > 0
    soon = desk + live.SOON
    assert late["breached"] + late["soon"] == len([r for r in rows if r["due"] and r["due"] < isoformat(soon)])
    assert late["asked"] == len([row for row in rows if row["waits"]]) > late["unanswered"]
    assert {each["name"]: each["cases"] for each in state["people"] if each["cases"]} == {
        user.first_name: count
        for user in User.objects.all()
        if (count := Conversation.objects.filter(owner="agent", agent=user).count())
    }
    assert {each["name"] for each in state["people"] if each["there"]} == {"Awa", "Koffi", "Aya"}
    TeamMember.objects.update(seen_at=None)
    assert not [each for each in client.get("/admin/tableau/etat/").json()["people"] if each["there"]]


@pytest.mark.parametrize(
    ("asked", "period", "problem"),
    [
        ({"period": "rien"}, "7", False),
        ({"from": "2026-03-01", "to": "2026-03-02"}, "custom", False),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "custom", True),
        ({"from": "hier", "to": "2026-03-01"}, "custom", True),
        ({"from": "9999-12-31", "to": "9999-12-31"}, "custom", True),
        ({"agent": "' OR 1=1", "channel": "pigeon", "pair": "a>b>c"}, "7", False),
    ],
)
def test_an_address_nobody_should_type_still_opens_a_page(
    browser: Callable[[str], Client], asked: dict[str, str], period: str, problem: bool
) -> None:
    client = browser("mariam")
    assert (
        client.get("/admin/rapports/radar/", {"until": asked.get("to", ""), "after": "0001-01-01"}).status_code == 200
    )
    answer = client.get("/admin/rapports/", asked)
    assert answer.status_code == 200
    scope: scopes.Scope = answer.context["scope"]
    assert (scope.period, bool(scope.problem)) == (period, problem)


def test_the_last_day_of_a_span_is_in_it(desk: datetime) -> None:
    scope = scopes.read({"period": "custom", "from": "2026-03-01", "to": "2026-03-02"}, desk)
    assert [day.isoformat() for day in scope.days] == ["2026-03-01", "2026-03-02"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(4.06, "4,1 s"), (42, "42 s"), (185, "3 min 05"), (1500, "25 min"), (3900, "1 h 05"), (187_200, "2 j 4 h")],
)
def test_durations_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert cells.span(seconds) == said


def test_a_figure_says_how_many_it_stands_on_and_hides_when_they_are_too_few() -> None:
    assert cells.duration(spread([60.0] * 4)) == Cell("trop peu", (None, None, None, 4), "n = 4", few=True)
    assert cells.duration(spread([60.0] * 5)).sub == "p90 1 min 00 · p95 1 min 00 · n = 5"
    assert cells.duration(Spread(0)).text == "—"
    assert cells.share(Share(3, 12)).sub == "3 sur 12"


def test_nothing_in_a_picture_is_read_as_markup() -> None:
    drawn = charts.bars("<b>", [("<script>", 3, "3"), ("x", 0, "0")])
    assert drawn is not None
    assert "<script>" not in drawn
    assert "style=" not in drawn
    assert charts.bars("rien", [("x", 0, "0")]) is None


def test_weekdays_are_told_by_how_many_there_were(browser: Callable[[str], Client]) -> None:
    page: Page = browser("mariam").get("/admin/rapports/repartition/?period=30").context["page"]
    days = [row[1].values[0] for row in page.tables[-1].rows]
    assert sum(days) == 30 and sorted(days) == [4] * 5 + [5] * 2
