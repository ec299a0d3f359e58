"""Tables in files, CSV or Excel by the name's ending: rows of text in, rows of text out, no formula in either."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import PurePath

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

LARGEST = 5 * 1024 * 1024  # bytes of a file
LARGEST_UNPACKED = 50 * 1024 * 1024
MAX_ROWS = 5000
MAX_COLUMNS = 100
LONGEST_CELL = 2000
# https://owasp.org/www-community/attacks/CSV_Injection
# Also behind what another country's spreadsheet takes for the end of a cell: « x;=1+1 » in a file with commas.
_STARTS = r"(^|[;,\t\r\n])([ \u00a0]*)"
_FORMULA = re.compile(rf"{_STARTS}(?=[=+\-@\t\r＝＋－＠])")
_DEFUSED = re.compile(rf"{_STARTS}'(?=[=+\-@\t\r＝＋－＠])")
Row = Sequence[str]


class TableError(ValueError):
    """A file that is no table; the text is French, ``line`` counts from 1 (0: the whole file)."""

    def __init__(self, detail: str, line: int = 0) -> None:
        super().__init__(detail)
        self.line = line


def kind_of(name: str) -> str:
    """``csv`` or ``xlsx``. Raises TableError for another ending."""
    ending = PurePath(name).suffix.lower().lstrip(".")
    if ending not in ("csv", "xlsx"):
        raise TableError("le nom doit finir par .csv ou .xlsx")
    return ending


def written(name: str, rows: Iterable[Row]) -> bytes:
    """The file called ``name``. A cell that a spreadsheet would compute gets an apostrophe in front."""
    as_csv = kind_of(name) == "csv"
    safe = ([defused(cell, inside=as_csv) for cell in row] for row in rows)
    return _write_csv(safe) if as_csv else _write_xlsx(safe)


def read(name: str, content: bytes) -> list[tuple[int, list[str]]]:
    """Line number and cells of every row that is not empty, the heading first. Raises TableError."""
    if len(content) > LARGEST:
        raise TableError(f"le fichier dépasse {LARGEST // 1024 // 1024} Mo")
    lines = _read_csv(content) if kind_of(name) == "csv" else _read_xlsx(content)
    rows: list[tuple[int, list[str]]] = []
    for number, cells in lines:
        if len(rows) > MAX_ROWS:
            raise TableError(f"plus de {MAX_ROWS} lignes", number)
        if len(cells) > MAX_COLUMNS or any(len(cell) > LONGEST_CELL for cell in cells):
            raise TableError(f"plus de {MAX_COLUMNS} colonnes, ou une case de plus de {LONGEST_CELL} signes", number)
        if any(cells):
            rows.append((number, [_plain(cell) for cell in cells]))
    if not rows:
        raise TableError("le fichier est vide")
    return rows


def defused(cell: str, *, inside: bool) -> str:
    """``cell`` with an apostrophe before what a spreadsheet would compute; ``inside``: wherever it may cut the cell."""
    return _FORMULA.sub(r"\1\2'", cell, count=0 if inside else 1) if inside or _FORMULA.match(cell) else cell


def _plain(cell: str) -> str:
    return _DEFUSED.sub(r"\1\2", cell)


def _write_csv(rows: Iterable[Row]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")  # the mark by which Excel knows UTF-8


def _write_xlsx(rows: Iterable[Row]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("dossiers")
    for row in rows:
        sheet.append([_text_cell(sheet, cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text_cell(sheet: object, text: str) -> object:
    cell = WriteOnlyCell(sheet, value="".join(sign for sign in text if sign >= " " or sign in "\t\n"))
    cell.data_type = "s"  # never a formula, never a number: leading zeros stay
    return cell


def _read_csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(f"ce n'est pas de l'UTF-8 (octet {error.start})") from error
    heading = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if heading.count(";") > heading.count(",") else ",", strict=True
    )
    try:
        for row in reader:
            yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise TableError("des guillemets ne sont pas fermés, ou mal placés", reader.line_num) from error


def _read_xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST_UNPACKED:
                raise TableError("le fichier se déplie en plus de 50 Mo")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1), start=1):
            yield number, _trimmed([_as_text(value) for value in row])
    except TableError:
        raise
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError, SyntaxError) as error:
        raise TableError("ce n'est pas un classeur Excel lisible") from error


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
