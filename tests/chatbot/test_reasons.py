"""What became of a customer's words is told with the rows that did it, and only by those."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.brand import load, load_folder
from chatbot.normalise import Normaliser
from chatbot.reasons import Changes

HEADER = "form\tstandard\tlanguage\tkind\tnote\tconfidence\tsource\twhen\n"
ROWS = (
    ("zouba", "argent", ""),
    ("mo", "mot", "prev:le"),
    ("mo", "moi", ""),
    ("yz", "zouba", ""),
    ("ou bien", "<DROP>", ""),
    ("grand mo", "beau mot", ""),
)
BRAND = load("easytransfert")
NORMALISE = Normaliser(BRAND).normalise
SHIPPED = Changes(BRAND.lexicon)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("brand")
    rows = "".join(f"{form}\t{standard}\tfr\tw\t\thigh\town\t{when}\n" for form, standard, when in ROWS)
    (folder / "lexicon.tsv").write_text(HEADER + rows, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mon zouba", [("zouba", "argent", [2])]),
        ("zoubaaaa", [("zoubaaaa", "argent", [2])]),
        ("le mo", [("mo", "mot", [3])]),
        ("et mo", [("mo", "moi", [4])]),
        ("mon yz", [("yz", "argent", [5, 2])]),
        ("viens ou bien", [("ou bien", "", [6])]),
        ("un grand mo, zouba", [("grand mo", "beau mot", [7]), ("zouba", "argent", [2])]),
        ("rien à changer", []),
        ("", []),
    ],
)  # fmt: skip
def test_each_change_names_its_rows(folder: Path, text: str, told: list[tuple[str, str, list[int]]]) -> None:
    brand = load_folder(folder)
    changes = Changes(brand.lexicon).of(text, Normaliser(brand).normalise(text))
    assert [(c.written.rstrip(","), c.became.rstrip(","), [r.line for r in c.rows]) for c in changes] == told
    assert all(text[c.span[0] : c.span[1]] == c.written for c in changes)


def test_what_grammar_did_names_no_row() -> None:
    [change] = [c for c in SHIPPED.of("il peut pas", NORMALISE("il peut pas")) if c.written == "peut"]
    assert (change.became, change.rows) == ("ne peut", ())


@given(st.text(alphabet="slt g c pa ke jvx 'É,.0\n é", max_size=60))
def test_any_text_can_be_explained(text: str) -> None:
    for change in SHIPPED.of(text, NORMALISE(text)):
        assert text[change.span[0] : change.span[1]] == change.written
