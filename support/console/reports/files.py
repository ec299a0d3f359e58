"""Reports as files: CSV as Excel in French reads it, or a workbook with a sheet a table. No cell is ever computed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import openpyxl
from openpyxl.cell import WriteOnlyCell

from support.backoffice.tables import defused
from support.console.reports.cells import Page, Table, Value

TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
Rows = Iterable[Sequence[Value]]
Sheet = tuple[str, Rows]


def sheets(page: Page) -> list[Sheet]:
    """A report's tables: title and rows, the heading first."""
    return [(table.title, _rows(table)) for table in page.tables]


def written(kind: str, tables: Sequence[Sheet]) -> bytes:
    """The file, ``csv`` or ``xlsx``."""
    return _csv(tables) if kind == "csv" else _xlsx(tables)


def _rows(table: Table) -> list[Sequence[Value]]:
    heads = [column for head in table.heads for column in head.columns]
    return [heads, *([value for cell in row for value in cell.values] for row in table.rows)]


def _csv(tables: Sequence[Sheet]) -> bytes:
    """One table under the other, each below its title when there are several."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    for place, (title, rows) in enumerate(tables):
        if len(tables) > 1:
            writer.writerows([[]] * bool(place) + [[defused(title, inside=True)]])
        writer.writerows([_plain(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")  # the mark by which Excel knows UTF-8


def _plain(value: Value) -> str:
    if value is None:
        return ""
    return str(value).replace(".", ",") if isinstance(value, float) else defused(str(value), inside=True)


def _xlsx(tables: Sequence[Sheet]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for title, rows in tables:
        sheet = book.create_sheet("".join(sign for sign in title if sign not in "[]:*?/\\")[:31])
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: object, value: Value) -> object:
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value=value)
    cell = WriteOnlyCell(sheet, value=defused("".join(sign for sign in value if sign >= " "), inside=False))
    cell.data_type = "s"  # never a formula
    return cell
