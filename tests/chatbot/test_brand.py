"""A brand pack is data: read whole, or refused with the file and the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.brand import BrandError, load, load_folder
from chatbot.normalise import Normaliser


def test_the_shipped_brand_reads() -> None:
    brand = load("easytransfert")
    assert brand.lexicon
    assert brand.operators
    assert load("easytransfert") is brand


def test_missing_files_are_empty(tmp_path: Path) -> None:
    brand = load_folder(tmp_path)
    assert (dict(brand.settings), brand.lexicon, brand.examples) == ({}, (), ())


HEADER = "form\tstandard\tlanguage\tkind\tnote\tconfidence\tsource\twhen\n"


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("brand.toml", "name = ", "brand.toml: "),
        ("brand.toml", "name = 5", "brand.toml: field 'name'"),
        ("lexicon.tsv", HEADER + "slt\tsalut\n", "lexicon.tsv: line 2: 2 columns"),
        ("lexicon.tsv", HEADER + "\tsalut\tfr\tw\t\thigh\town\t\n", "lexicon.tsv: line 2: field 'form'"),
        ("lexicon.tsv", HEADER + "slt\tsalut\tfr\tw\t\tsure\town\t\n", "lexicon.tsv: line 2: field 'confidence'"),
        ("intents.tsv", "greeting\n", "intents.tsv: line 1: "),
    ],
)
def test_bad_data_is_named_with_its_place(tmp_path: Path, file: str, text: str, message: str) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    with pytest.raises(BrandError, match=r"^" + message.replace("(", r"\(")):
        load_folder(tmp_path)


@pytest.mark.parametrize("when", ["sometimes", "prev:@nobody", "prev:"])
def test_a_condition_nobody_knows_is_refused_with_its_line(tmp_path: Path, when: str) -> None:
    row = f"slt\tsalut\tfr\tw\t\thigh\town\t{when}\n"
    (tmp_path / "lexicon.tsv").write_text(HEADER + row, encoding="utf-8")
    with pytest.raises(BrandError, match=r"^lexicon.tsv: line 2: field 'when'"):
        Normaliser(load_folder(tmp_path))


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "intents.tsv").write_bytes(b"greeting\t\xff\n")
    with pytest.raises(BrandError, match=r"^intents.tsv: not UTF-8"):
        load_folder(tmp_path)


@pytest.mark.parametrize("slug", ["nobody", "../easytransfert", "", "a/b"])
def test_an_unknown_brand_is_refused(slug: str) -> None:
    with pytest.raises(BrandError):
        load(slug)


def test_a_synonym_needs_no_code(tmp_path: Path) -> None:
    (tmp_path / "lexicon.tsv").write_text(HEADER + "zouba\targent\tnouchi\tw\t\thigh\town\t\n", encoding="utf-8")
    assert Normaliser(load_folder(tmp_path)).normalise("mon zouba").text == "mon argent"


def test_every_intent_has_its_eighty_examples() -> None:
    from collections import Counter

    counts = Counter(example.intent for example in load("easytransfert").examples)
    assert len(counts) == 26
    assert min(counts.values()) >= 80
