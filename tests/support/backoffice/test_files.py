"""Claims as tables: what goes out is no formula, what comes in is taken whole or not at all, by the API's own path."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from support.backoffice import announce, files, reading, tables
from support.models import AuditEvent, Claim, ClaimEvent, Forwarded
from tests.support.backoffice.conftest import Filed
from tests.support.journeys import BRAND
from tests.support.test_receive import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, SECOND = "AK-204-7318", "AK-000-0001"
KINDS = ["csv", "xlsx"]


@pytest.fixture
def two(filed: Filed) -> tuple[Claim, Claim]:
    return filed(FIRST), filed(SECOND, address="visitor:2")


def table(*rows: dict[str, str], name: str = "r.csv") -> bytes:
    heading = list(dict.fromkeys(column for row in rows for column in row))
    return tables.written(name, [heading, *([row.get(column, "") for column in heading] for row in rows)])


def take(*rows: dict[str, str], name: str = "r.csv", **more: Any) -> files.Taken:
    return files.take(BRAND, name, table(*rows, name=name), **more)


def faults(content: bytes, name: str = "r.csv") -> list[str]:
    with pytest.raises(files.NotTaken) as refused:
        files.take(BRAND, name, content)
    assert not ClaimEvent.objects.filter(name="status").exists()
    assert set(Claim.objects.values_list("status", flat=True)) <= {"received"}
    return refused.value.faults


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_in_a_table_changes_claims_and_tells_customers(two: tuple[Claim, Claim], kind: str) -> None:
    taken = take(
        {"number": FIRST, "status": "resolved", "success_reference": "OP-778", "note": "c'est fait"},
        {"number": SECOND, "status": "waiting_customer", "corrected.from_operator": "orange money"},
        name=f"réponses.{kind}",
    )
    assert taken == files.Taken(2, 0, 0)
    for claim in two:
        claim.refresh_from_db()
        assert announce.run(claim.conversation_id) == 1
    assert (two[0].status, two[0].success_reference, two[0].note) == ("resolved", "OP-778", "c'est fait")
    assert two[1].slots["from_operator"]["value"] == "Orange"


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_comes_back_as_it_went_and_says_nothing_new(two: tuple[Claim, Claim], kind: str) -> None:
    Claim.objects.filter(number=FIRST).update(note="=1+1", success_reference="+225")
    claims = list(Claim.objects.order_by("filed_at"))
    content = files.exported(f"e.{kind}", claims)
    (_, heading), *rows = tables.read(f"e.{kind}", content)
    first = dict(zip(heading, rows[0][1], strict=False))
    assert (first["number"], first["note"], first["success_reference"]) == (FIRST, "=1+1", "+225")
    assert first["slot.operator_tx_id"] == "T7A2N5TSAD33EUPVJ"
    assert files.take(BRAND, f"e.{kind}", content) == files.Taken(0, 2, 0)
    assert not ClaimEvent.objects.filter(name="status").exists()


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+225 07", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    (row,) = csv.reader(io.StringIO(tables.written("x.csv", [[cell]]).decode("utf-8-sig"), newline=""))
    assert row[0].startswith("'") and row[0].replace("'", "") == cell.replace("'", "")
    book = openpyxl.load_workbook(io.BytesIO(tables.written("x.xlsx", [[cell]])))
    written = book.worksheets[0]["A1"]
    assert written.data_type == "s"
    assert str(written.value).startswith("'")


def test_an_old_export_cannot_take_a_newer_status_back(two: tuple[Claim, Claim]) -> None:
    old = files.exported("e.csv", [two[0]])
    take({"number": FIRST, "status": "resolved"})
    with pytest.raises(files.NotTaken) as refused:
        files.take(BRAND, "e.csv", old)
    assert "ligne 2 : champ « changed_at »" in str(refused.value)
    two[0].refresh_from_db()
    assert two[0].status == "resolved"


def test_taken_twice_it_is_told_once(two: tuple[Claim, Claim]) -> None:
    row = {"number": FIRST, "status": "resolved", "note": "fait"}
    assert take(row) == files.Taken(1, 0, 0)
    assert take(row) == files.Taken(0, 1, 0)
    named = row | {"note": "bis", "event_id": "lundi-1"}
    assert take(named) == files.Taken(1, 0, 0)
    take({"number": FIRST, "status": "rejected"})
    assert take(named) == files.Taken(1, 0, 0), "the first answer again"
    assert ClaimEvent.objects.filter(name="status").count() == 3
    assert Claim.objects.get(number=FIRST).status == "rejected"


def test_a_dry_run_finds_out_and_changes_nothing(two: tuple[Claim, Claim]) -> None:
    assert take({"number": FIRST, "status": "resolved"}, dry_run=True) == files.Taken(1, 0, 0)
    assert not ClaimEvent.objects.filter(name="status").exists()
    assert Claim.objects.get(number=FIRST).status == "received"


def test_imports_and_readers_at_once_do_not_lock_each_other_out(filed: Filed) -> None:
    numbers = [f"AK-000-00{n:02d}" for n in range(12)]
    for number in numbers:
        filed(number, address=f"visitor:{number}")
    orders = [numbers, numbers[::-1]] * 3

    def work(n: int) -> object:
        if n % 3 == 2:
            found = list(Claim.objects.filter(number__in=orders[n]).order_by("number" if n % 2 else "-number"))
            return reading.mark_forwarded(found, Forwarded.API)
        return take(*({"number": number, "status": "resolved", "note": f"n{n}"} for number in orders[n]))

    results = in_parallel(6, work)
    assert not [result for result in results if isinstance(result, Exception)], results


def test_one_bad_row_and_none_is_taken_each_fault_named(two: tuple[Claim, Claim]) -> None:
    content = table(
        {"number": FIRST, "status": "resolved"},
        {"number": SECOND, "status": "terminé"},
        {"number": "AK-1", "status": "resolved", "at": "hier"},
    )
    statuses = "received, processing, waiting_customer, resolved, refunded, rejected"
    assert faults(content) == [
        f"r.csv : ligne 3 : champ « status » : Un de ces états est attendu : {statuses}.",
        "r.csv : ligne 4 : champ « at » : Une date ISO 8601 est attendue : 2026-01-05T08:00:00Z.",
    ]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"number": "AK-999-9999", "status": "resolved"}, "ligne 2 : champ « number » : Ce dossier n'existe pas."),
        ({"number": FIRST, "status": ""}, "ligne 2 : champ « status »"),
        ({"number": FIRST, "status": "resolved", "note": "x" * 501}, "ligne 2 : champ « note »"),
        ({"number": FIRST, "status": "resolved", "note": "donnez-nous votre mot de passe"}, "champ « note »"),
        ({"number": FIRST, "status": "resolved", "event_id": "a b"}, "ligne 2 : champ « event_id »"),
        ({"number": FIRST, "status": "resolved", "corrected.operator_tx_id": "?"}, "« corrected.operator_tx_id »"),
        ({"number": FIRST, "status": "resolved", "corrected.x": "1"}, "ligne 2 : champ « corrected.x »"),
        ({"number": FIRST, "status": "resolved", "at": "2999-01-01"}, "ligne 2 : champ « at »"),
        ({"number": FIRST, "status": "resolved", "montant": "1"}, "ligne 1 : champ « montant »"),
        ({"number": FIRST}, "ligne 1 : champ « status » : Cette colonne manque."),
    ],
)  # fmt: skip
def test_a_fault_names_file_line_and_field(two: tuple[Claim, Claim], row: dict[str, str], says: str) -> None:
    (fault,) = faults(table(row))
    assert fault.startswith("r.csv : ") and says in fault and "\n" not in fault


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b"0" * (60 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("r.csv", b"", "vide"),
        ("r.csv", b"\n\n", "vide"),
        ("r.csv", b"\xff\xfe\x00", "UTF-8"),
        ("r.csv", b'number,status\n"AK', "guillemets"),
        ("r.csv", b"number,status\nAK-204-7318,resolved,x\n", "3 cases pour 2 colonnes"),
        ("r.csv", b"number,status,status\n", "deux fois"),
        ("r.csv", b"number,status\n" + b"a,b\n" * 5001, "5000 lignes"),
        ("r.csv", b"number,status\n" + b"x" * 2001 + b",b\n", "2000 signes"),
        ("r.csv", b"x" * (5 * 1024 * 1024 + 1), "5 Mo"),
        ("r.xlsx", b"", "classeur"),
        ("r.xlsx", b"number,status\n", "classeur"),
        ("r.xlsx", _bomb(), "50 Mo"),
        ("r.ods", b"", ".csv ou .xlsx"),
        ("r", b"", ".csv ou .xlsx"),
    ],
    ids=range(14),
)
def test_a_file_that_is_no_table_is_refused_in_one_line(name: str, content: bytes, says: str) -> None:
    (fault, *_) = faults(content, name)
    assert fault.startswith(f"{name} : ") and says in fault


def test_one_event_id_twice_in_a_file_is_a_fault(two: tuple[Claim, Claim]) -> None:
    row = {"number": FIRST, "status": "resolved", "event_id": "e"}
    assert "déjà à la ligne 2" in faults(table(row, row))[0]


def test_a_table_of_a_french_excel_is_read(two: tuple[Claim, Claim]) -> None:
    assert files.take(BRAND, "r.csv", f"number;status;note\r\n{FIRST};resolved;a, b\r\n".encode()).applied == 1
    assert Claim.objects.get(number=FIRST).note == "a, b"


def test_dates_and_numbers_of_a_workbook_are_read(two: tuple[Claim, Claim]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["number", "status", "at", "corrected.amount_fcfa"])
    sheet.append([FIRST, "resolved", datetime(2026, 1, 5, 8, 30), 50000.0])  # noqa: DTZ001 a cell has no zone
    out = io.BytesIO()
    book.save(out)
    assert files.take(BRAND, "r.xlsx", out.getvalue()).applied == 1
    claim = Claim.objects.get(number=FIRST)
    assert claim.slots["amount_fcfa"]["value"] == 50_000
    assert claim.status_at and claim.status_at.isoformat() == "2026-01-05T08:30:00+00:00"


@pytest.mark.parametrize("kind", KINDS)
def test_the_commands(two: tuple[Claim, Claim], tmp_path: Path, kind: str) -> None:
    out, back = tmp_path / f"sortie.{kind}", tmp_path / f"retour.{kind}"
    said = io.StringIO()
    call_command("claims", "export", str(out), "--status", "received", stdout=said)
    assert "2 dossier(s)" in said.getvalue()
    assert len(tables.read(out.name, out.read_bytes())) == 3
    assert set(Claim.objects.values_list("forwarded_by", flat=True)) == {"export"}
    assert AuditEvent.objects.get().action == "claims_export"
    back.write_bytes(table({"number": FIRST, "status": "resolved"}, name=back.name))
    call_command("claims", "import", str(back), "--dry-run", stdout=said)
    assert Claim.objects.get(number=FIRST).status == "received"
    call_command("claims", "import", str(back), stdout=said)
    assert Claim.objects.get(number=FIRST).status == "resolved"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"number,status\nAK-1,x\n", "r.csv : ligne 2 : champ « status »"), (None, "r.csv : No such file or directory")],
)
def test_a_command_that_cannot_ends_with_one_line_and_two(tmp_path: Path, content: bytes | None, says: str) -> None:
    file = tmp_path / "r.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        call_command("claims", "import", str(file))
    assert refused.value.returncode == 2
    assert str(refused.value).startswith(says) and "\n" not in str(refused.value)


def test_an_export_of_an_unknown_kind_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("claims", "export", str(tmp_path / "x.pdf"))
    assert refused.value.returncode == 2
    assert list(tmp_path.iterdir()) == []
