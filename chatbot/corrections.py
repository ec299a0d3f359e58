"""What people corrected after "mal compris": ``corrections.tsv`` of a brand, laid over its lexicon and its examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from chatbot.forms.text import fold
from chatbot.tables import BrandError, Example, LexiconRow, rows

CORRECTIONS = "corrections.tsv"
COLUMNS = ("kind", "written", "meant", "asked", "when", "by", "at", "note")
Kind = Literal["lexicon", "intent"]


@dataclass(frozen=True, slots=True)
class Correction:
    """One reviewed correction: what the customer wrote and what was meant by it.

    ``lexicon``: a form and its standard French (or ``<DROP>``, or the form itself: leave it alone), perhaps only
    ``when`` (as in lexicon.tsv). ``intent``: a whole message and its intent, perhaps the answer to what was ``asked``.
    ``by`` and ``at`` (ISO 8601) say who answers for it and since when.
    """

    kind: Kind
    written: str
    meant: str
    asked: str
    when: str
    by: str
    at: str
    note: str = ""
    line: int = 0
    file: str = CORRECTIONS

    @property
    def place(self) -> str:
        """Where people find the correction."""
        return f"{self.file}: line {self.line}"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A correction that overruled something: the place of each, what was overruled and what counts now."""

    place: str
    against: str
    written: str
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.place}: {self.written!r} now means {self.now!r}, no longer {self.was!r} ({self.against})"


def read_corrections(file: Path) -> tuple[Correction, ...]:
    """All rows; none without the file. Raises BrandError naming line and field of the first bad one."""
    return tuple(_correction(n, cells) for n, cells in rows(file) if not (n == 1 and cells[0] == "kind"))


def as_line(correction: Correction) -> str:
    """The row to append to the file, without its line break; read again it is the same, tabs as spaces."""
    cells = (getattr(correction, column).strip() for column in COLUMNS)
    return "\t".join(cell.replace("\t", " ").replace("\r", "").replace("\n", "\\n") for cell in cells)


def with_corrections(
    lexicon: Sequence[LexiconRow], examples: Sequence[Example], corrections: Sequence[Correction]
) -> tuple[tuple[LexiconRow, ...], tuple[Example, ...], tuple[Conflict, ...]]:
    """Lexicon and examples as corrected, and what was overruled; of two corrections the later line counts.

    Raises BrandError on an intent that no example has.
    """
    intents = {example.intent for example in examples}
    conflicts: list[Conflict] = []
    words, taught = tuple(lexicon), tuple(examples)
    for correction in corrections:
        if correction.kind == "lexicon":
            row = _as_row(correction)
            words, overruled = _lay_row(row, words)
            conflicts += [_conflict(correction, o.place, o.standard) for o in overruled if _applies(o)]
        elif correction.meant not in intents:
            raise _error(correction.line, "meant", f"no example in intents.tsv has the intent {correction.meant!r}")
        else:
            taught, refuted = _lay_example(_as_example(correction), taught)
            conflicts += [_conflict(correction, o.place, o.intent) for o in refuted]
    return words, taught, tuple(conflicts)


def _lay_row(row: LexiconRow, words: Iterable[LexiconRow]) -> tuple[tuple[LexiconRow, ...], list[LexiconRow]]:
    """The row before all others. Without a condition it alone speaks for its form; with one, where that one is met."""
    kept: list[LexiconRow] = []
    overruled: list[LexiconRow] = []
    for other in words:
        same = _form(other.form) == _form(row.form) and (not row.when or other.when == row.when)
        if not same:
            kept.append(other)
        elif other.standard != row.standard:
            overruled.append(other)
    return (row, *kept), overruled


def _lay_example(example: Example, taught: Iterable[Example]) -> tuple[tuple[Example, ...], list[Example]]:
    kept: list[Example] = []
    refuted: list[Example] = []
    for other in taught:
        same = (_message(other.text), _message(other.asked)) == (_message(example.text), _message(example.asked))
        if not same:
            kept.append(other)
        elif other.intent != example.intent:
            refuted.append(other)
    return (*kept, example), refuted


def _applies(row: LexiconRow) -> bool:
    """False for rows that stand in the lexicon for people only."""
    return row.when != "never" and not (row.confidence == "low" and not row.when)


def _form(text: str) -> str:
    """As the normaliser looks words up: case does not count, accents do."""
    return " ".join(text.lower().replace("’", "'").split())


def _message(text: str) -> str:
    return " ".join(fold(text).split())


def _as_row(correction: Correction) -> LexiconRow:
    return LexiconRow(
        correction.written, correction.meant, "", "correction", correction.note, "high", correction.by,
        correction.when, correction.line, correction.file,
    )  # fmt: skip


def _as_example(correction: Correction) -> Example:
    return Example(correction.meant, correction.written, correction.asked, correction.line, correction.file)


def _conflict(correction: Correction, against: str, was: str) -> Conflict:
    return Conflict(correction.place, against, correction.written, was, correction.meant)


def _correction(number: int, cells: list[str]) -> Correction:
    if len(cells) not in (len(COLUMNS) - 1, len(COLUMNS)):  # editors lose an empty last cell
        raise BrandError(f"{CORRECTIONS}: line {number}: {len(cells)} columns, {len(COLUMNS)} expected")
    row = dict(zip(COLUMNS, (cell.strip().replace("\\n", "\n") for cell in (*cells, "")), strict=False))
    kind = row["kind"]
    for field, why in _faults(row):
        raise _error(number, field, why)
    return Correction(
        "lexicon" if kind == "lexicon" else "intent", row["written"], row["meant"], row["asked"], row["when"],
        row["by"], row["at"], row["note"], number,
    )  # fmt: skip


def _faults(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    if row["kind"] not in ("lexicon", "intent"):
        yield "kind", "'lexicon' or 'intent' expected"
    for field in ("written", "meant", "by"):
        if not row[field]:
            yield field, "is empty"
    if row["kind"] == "lexicon" and row["asked"]:
        yield "asked", "is for intents; a lexicon row has 'when'"
    if row["kind"] == "lexicon" and "\n" in row["written"]:
        yield "written", "a form stands on one line"
    if row["kind"] == "intent" and row["when"]:
        yield "when", "is for lexicon rows; an intent has 'asked'"
    try:
        datetime.fromisoformat(row["at"])
    except ValueError:
        yield "at", f"{row['at']!r} is no date like 2025-07-31"


def _error(line: int, field: str, why: str) -> BrandError:
    return BrandError(f"{CORRECTIONS}: line {line}: field '{field}': {why}")
