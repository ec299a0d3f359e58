"""Reads the tab-separated files of a brand: the lexicon and the examples of intents."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LEXICON = "lexicon.tsv"
INTENTS = "intents.tsv"
LEXICON_COLUMNS = ("form", "standard", "language", "kind", "note", "confidence", "source", "when")
CONFIDENCES = ("low", "medium", "high")


class BrandError(ValueError):
    """A brand pack that cannot be used; the message names the file and the line or field."""


@dataclass(frozen=True, slots=True)
class LexiconRow:
    """One sense of one written form.

    ``standard`` is French or ``<DROP>``; ``note`` tells people when the sense applies, ``when`` tells the machine.
    """

    form: str
    standard: str
    language: str
    kind: str
    note: str
    confidence: str
    source: str
    when: str = ""
    line: int = 0
    file: str = LEXICON

    @property
    def place(self) -> str:
        """Where people find the row."""
        return f"{self.file}: line {self.line}"


@dataclass(frozen=True, slots=True)
class Example:
    """A message written for this project to teach the classifier; ``asked`` is the question it answers, if any."""

    intent: str
    text: str
    asked: str = ""
    line: int = 0
    file: str = INTENTS

    @property
    def place(self) -> str:
        """Where people find the example."""
        return f"{self.file}: line {self.line}"


def rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of a tab-separated file; blank lines and lines starting with # are left out."""
    if not file.exists():
        return
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise BrandError(f"{file.name}: not UTF-8: {error.reason} at byte {error.start}") from error
    for number, cells in enumerate(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
        if cells and any(cells) and not cells[0].startswith("# "):
            yield number, cells


def read_lexicon(file: Path) -> Iterator[LexiconRow]:
    """The rows of lexicon.tsv. Raises BrandError at the first bad one."""
    for number, cells in rows(file):
        if number == 1 and cells[0] == "form":
            continue
        if len(cells) not in (len(LEXICON_COLUMNS) - 1, len(LEXICON_COLUMNS)):  # editors lose an empty last cell
            raise BrandError(f"{file.name}: line {number}: {len(cells)} columns, {len(LEXICON_COLUMNS)} expected")
        form, standard, language, kind, note, confidence, source, *when = (cell.strip() for cell in cells)
        row = LexiconRow(form, standard, language, kind, note, confidence, source, "".join(when), number)
        if not row.form or not row.standard:
            raise BrandError(f"{file.name}: line {number}: field 'form' or 'standard' is empty")
        if row.confidence not in CONFIDENCES:
            raise BrandError(f"{file.name}: line {number}: field 'confidence': one of {', '.join(CONFIDENCES)}")
        yield row


def read_examples(file: Path) -> Iterator[Example]:
    """The rows of intents.tsv, ``\\n`` in a cell read as a line break. Raises BrandError at the first bad one."""
    for number, cells in rows(file):
        if number == 1 and cells[:2] == ["intent", "text"]:
            continue
        if len(cells) not in (2, 3) or not cells[0] or not cells[1].strip():
            raise BrandError(f"{file.name}: line {number}: 'intent<TAB>text[<TAB>question]' expected")
        text, asked = (cell.strip().replace("\\n", "\n") for cell in (cells[1], cells[2] if len(cells) == 3 else ""))
        yield Example(cells[0], text, asked, number)
