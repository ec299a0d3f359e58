"""Reads a brand pack: the folder of data that makes one customer's assistant out of this code."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

BRANDS = Path(__file__).parent / "brands"
LEXICON_COLUMNS = ("form", "standard", "language", "kind", "note", "confidence", "source", "when")
CONFIDENCES = ("low", "medium", "high")
EMPTY: Mapping[str, object] = MappingProxyType({})


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


@dataclass(frozen=True, slots=True)
class Example:
    """A message written for this project to teach the classifier; ``asked`` is the question it answers, if any."""

    intent: str
    text: str
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Brand:
    """Everything a brand says about itself, as read from its folder. Missing optional files are empty mappings."""

    slug: str
    name: str
    path: Path
    settings: Mapping[str, object] = field(default_factory=dict)
    operators: Mapping[str, object] = field(default_factory=dict)
    tariff: Mapping[str, object] = field(default_factory=dict)
    wording: Mapping[str, object] = field(default_factory=dict)
    cues: Mapping[str, object] = field(default_factory=dict)
    contexts: Mapping[str, object] = field(default_factory=dict)
    concepts: Mapping[str, object] = field(default_factory=dict)
    flows: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    lexicon: tuple[LexiconRow, ...] = ()
    examples: tuple[Example, ...] = ()
    articles: Mapping[str, str] = field(default_factory=dict)  # slug → file of knowledge/, read by chatbot.knowledge


@cache
def load(slug: str) -> Brand:
    """The brand in ``chatbot/brands/<slug>/``. Raises BrandError on an unknown slug or a malformed file."""
    if not slug.replace("_", "").replace("-", "").isalnum():
        raise BrandError(f"{slug!r}: not a brand name")
    return load_folder(BRANDS / slug)


def load_folder(path: Path) -> Brand:
    """The brand in any folder; not cached. Raises BrandError naming file and line or field."""
    if not path.is_dir():
        raise BrandError(f"{path.name}: no such brand")
    settings = _toml(path / "brand.toml")
    name = settings.get("name", path.name)
    if not isinstance(name, str):
        raise BrandError("brand.toml: field 'name': must be a string")
    return Brand(
        slug=path.name,
        name=name,
        path=path,
        settings=settings,
        operators=_toml(path / "operators.toml"),
        tariff=_toml(path / "tariff.toml"),
        wording=_toml(path / "wording.toml"),
        cues=_toml(path / "cues.toml"),
        contexts=_toml(path / "contexts.toml"),
        concepts=_toml(path / "concepts.toml"),
        flows=MappingProxyType({f.stem: _toml(f) for f in sorted((path / "flows").glob("*.toml"))}),
        lexicon=tuple(_lexicon(path / "lexicon.tsv")),
        examples=tuple(_examples(path / "intents.tsv")),
        articles=MappingProxyType({f.stem: _text(f) for f in sorted((path / "knowledge").glob("*.md"))}),
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BrandError(f"{file.name}: not UTF-8: {error.reason} at byte {error.start}") from error


def _toml(file: Path) -> Mapping[str, object]:
    if not file.exists():
        return EMPTY
    try:
        return MappingProxyType(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BrandError(f"{file.name}: {error}") from error


def _rows(file: Path) -> Iterator[tuple[int, list[str]]]:
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


def _lexicon(file: Path) -> Iterator[LexiconRow]:
    for number, cells in _rows(file):
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


def _examples(file: Path) -> Iterator[Example]:
    for number, cells in _rows(file):
        if number == 1 and cells[:2] == ["intent", "text"]:
            continue
        if len(cells) not in (2, 3) or not cells[0] or not cells[1].strip():
            raise BrandError(f"{file.name}: line {number}: 'intent<TAB>text[<TAB>question]' expected")
        text, asked = (cell.strip().replace("\\n", "\n") for cell in (cells[1], cells[2] if len(cells) == 3 else ""))
        yield Example(cells[0], text, asked)
