"""Reads a brand pack: the folder of data that makes one customer's assistant out of this code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

from chatbot.corrections import CORRECTIONS, Conflict, read_corrections, with_corrections
from chatbot.tables import INTENTS, LEXICON, BrandError, Example, LexiconRow, read_examples, read_lexicon

__all__ = ["Brand", "BrandError", "Example", "LexiconRow", "load", "load_folder"]

BRANDS = Path(__file__).parent / "brands"
EMPTY: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Brand:
    """Everything a brand says about itself, as read from its folder. Missing optional files are empty mappings.

    ``lexicon`` and ``examples`` are as corrected by corrections.tsv; ``conflicts`` tells what a correction overruled.
    """

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
    receipts: Mapping[str, object] = field(default_factory=dict)
    voice: Mapping[str, object] = field(default_factory=dict)  # voice/voice.toml
    routing: Mapping[str, object] = field(default_factory=dict)  # voice/router.toml: who words what
    prompts: Mapping[str, object] = field(default_factory=dict)  # voice/prompts.toml: what models elsewhere are told
    marks: Mapping[str, object] = field(default_factory=dict)  # voice/marks.toml: what each act's words must show
    caching: Mapping[str, object] = field(default_factory=dict)  # voice/cache.toml: what may be said again, how long
    outgoing: Mapping[str, object] = field(default_factory=dict)  # voice/outgoing.toml: what may leave of a question
    phrases: Mapping[str, object] = field(default_factory=dict)  # voice/phrases/*.toml: how a model may say each act
    flows: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    lexicon: tuple[LexiconRow, ...] = ()
    examples: tuple[Example, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
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
    lexicon, examples, conflicts = with_corrections(
        tuple(read_lexicon(path / LEXICON)),
        tuple(read_examples(path / INTENTS)),
        read_corrections(path / CORRECTIONS),
    )
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
        receipts=_toml(path / "receipts.toml"),
        voice=_toml(path / "voice" / "voice.toml"),
        routing=_toml(path / "voice" / "router.toml"),
        prompts=_toml(path / "voice" / "prompts.toml"),
        marks=_toml(path / "voice" / "marks.toml"),
        caching=_toml(path / "voice" / "cache.toml"),
        outgoing=_toml(path / "voice" / "outgoing.toml"),
        phrases=_tables(path / "voice" / "phrases"),
        flows=MappingProxyType({f.stem: _toml(f) for f in sorted((path / "flows").glob("*.toml"))}),
        lexicon=lexicon,
        examples=examples,
        conflicts=conflicts,
        articles=MappingProxyType({f.stem: _text(f) for f in sorted((path / "knowledge").glob("*.md"))}),
    )


def _tables(folder: Path) -> Mapping[str, object]:
    """All tables of a folder's TOML files as one."""
    whole: dict[str, object] = {}
    for file in sorted(folder.glob("*.toml")):
        whole |= _toml(file)
    return MappingProxyType(whole)


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
