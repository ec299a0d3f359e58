"""What people corrected counts from the next start on, over lexicon and examples, and says what it overruled."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.brand import BrandError, load, load_folder
from chatbot.corrections import COLUMNS, Correction, as_line, read_corrections
from chatbot.normalise import Normaliser
from chatbot.understand import Explanation, Understander

HEADER = "\t".join(COLUMNS) + "\n"
WORDS = (
    "form\tstandard\tlanguage\tkind\tnote\tconfidence\tsource\twhen\n"
    "zouba\targent\tnouchi\tw\t\thigh\town\t\n"
    "mo\tmot\tfr\tw\t\thigh\town\tprev:le\n"
    "mo\tmoi\tfr\tw\t\thigh\town\t\n"
    "mo\tmort\tfr\tw\t\tlow\town\t\n"
)
EXAMPLES = (
    "intent\ttext\tasked\n"
    "greeting\tbonjour\ngreeting\tsalut\ngreeting\tbonsoir\ngreeting\tcoucou toi\n"
    "thanks\tmerci\nthanks\tmerci bien\nthanks\tgrand merci\nthanks\tmerci à toi\n"
)


def correction(**fields: str) -> str:
    row = {"kind": "lexicon", "by": "awa", "at": "2025-07-31", **fields}
    return "\t".join(row.get(column, "") for column in COLUMNS) + "\n"


def pack(folder: Path, *corrections: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "lexicon.tsv").write_text(WORDS, encoding="utf-8")
    (folder / "intents.tsv").write_text(EXAMPLES, encoding="utf-8")
    (folder / "corrections.tsv").write_text(HEADER + "".join(corrections), encoding="utf-8")
    return folder


def normalised(folder: Path, text: str) -> str:
    return Normaliser(load_folder(folder)).normalise(text).text


def intent(folder: Path, text: str, *context: str) -> tuple[str, Explanation]:
    brand = load_folder(folder)
    normalise = Normaliser(brand).normalise
    understander = Understander(brand, folder / "models", normalise)
    meaning, why = understander.explain(normalise(text), text, context)
    return meaning.intent.name, why


def conflicts(folder: Path) -> list[str]:
    return [str(conflict) for conflict in load_folder(folder).conflicts]


def test_the_shipped_file_has_its_header() -> None:
    brand = load("easytransfert")
    assert (brand.path / "corrections.tsv").read_text(encoding="utf-8").splitlines()[0].split("\t") == list(COLUMNS)


def test_a_new_word_is_learnt_without_a_conflict(tmp_path: Path) -> None:
    pack(tmp_path, correction(written="gbé", meant="vérité"))
    assert normalised(tmp_path, "la gbé") == "la vérité"
    assert conflicts(tmp_path) == []


def test_a_correction_wins_over_the_lexicon_and_says_so(tmp_path: Path) -> None:
    pack(tmp_path, correction(written="Zouba", meant="habit"))
    assert normalised(tmp_path, "mon zouba") == "mon habit"
    assert conflicts(tmp_path) == [
        "corrections.tsv: line 2: 'Zouba' now means 'habit', no longer 'argent' (lexicon.tsv: line 2)"
    ]


def test_one_without_a_condition_speaks_for_its_form_alone(tmp_path: Path) -> None:
    pack(tmp_path, correction(written="mo", meant="mois"))
    assert normalised(tmp_path, "le mo et mo") == "le mois et mois"
    assert [c.against for c in load_folder(tmp_path).conflicts] == ["lexicon.tsv: line 3", "lexicon.tsv: line 4"]


def test_one_with_a_condition_leaves_the_others_alone(tmp_path: Path) -> None:
    pack(tmp_path, correction(written="mo", meant="mois", when="prev:un"))
    assert normalised(tmp_path, "un mo, le mo, mo") == "un mois, le mot, moi"
    assert conflicts(tmp_path) == []


def test_one_under_the_same_condition_wins(tmp_path: Path) -> None:
    pack(tmp_path, correction(written="mo", meant="mois", when="prev:le"))
    assert normalised(tmp_path, "le mo, mo") == "le mois, moi"
    assert len(conflicts(tmp_path)) == 1


def test_a_word_can_be_left_alone(tmp_path: Path) -> None:
    pack(tmp_path, correction(written="zouba", meant="zouba"))
    assert normalised(tmp_path, "mon zouba") == "mon zouba"
    assert len(conflicts(tmp_path)) == 1


def test_accents_tell_forms_apart(tmp_path: Path) -> None:
    pack(tmp_path, correction(written="mô", meant="maux"))
    assert normalised(tmp_path, "mo mô") == "moi maux"
    assert conflicts(tmp_path) == []


def test_of_two_corrections_the_later_counts(tmp_path: Path) -> None:
    pack(tmp_path, correction(written="gbé", meant="vérité"), correction(written="gbé", meant="clair"))
    assert normalised(tmp_path, "gbé") == "clair"
    assert [c.against for c in load_folder(tmp_path).conflicts] == ["corrections.tsv: line 2"]


def test_a_corrected_message_is_understood_and_explained(tmp_path: Path) -> None:
    assert intent(pack(tmp_path / "before"), "merci bien")[0] == "thanks"
    pack(tmp_path / "after", correction(kind="intent", written="merci bien", meant="greeting"))
    name, why = intent(tmp_path / "after", "Merci  BIEN")
    assert (name, why.intent_rule) == ("greeting", "corrections.tsv: line 2")
    assert conflicts(tmp_path / "after") == [
        "corrections.tsv: line 2: 'merci bien' now means 'greeting', no longer 'thanks' (intents.tsv: line 7)"
    ]


def test_a_corrected_answer_holds_only_after_its_question(tmp_path: Path) -> None:
    asked = "Confirmez-vous la référence ?"
    pack(tmp_path, correction(kind="intent", written="bonsoir", meant="thanks", asked=asked))
    assert intent(tmp_path, "bonsoir", asked)[1].intent_rule == "corrections.tsv: line 2"
    assert intent(tmp_path, "bonsoir")[1].intent_rule == ""


def test_a_model_learnt_without_the_corrections_is_not_used_with_them(tmp_path: Path) -> None:
    for row in ((), (correction(kind="intent", written="yo la team", meant="greeting"),)):
        intent(pack(tmp_path, *row), "salut")
    assert len(list((tmp_path / "models").iterdir())) == 2


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("lexicon\tgbé\tvérité\n", "line 2: 3 columns, 8 expected"),
        (correction(kind="word", written="a", meant="b"), "line 2: field 'kind'"),
        (correction(meant="b"), "line 2: field 'written': is empty"),
        (correction(written="a"), "line 2: field 'meant': is empty"),
        (correction(written="a", meant="b", by=""), "line 2: field 'by': is empty"),
        (correction(written="a", meant="b", at="hier"), "line 2: field 'at': 'hier' is no date"),
        (correction(written="a", meant="b", asked="Quoi ?"), "line 2: field 'asked'"),
        (correction(written="a\\nb", meant="b"), "line 2: field 'written': a form stands on one line"),
        (correction(kind="intent", written="a", meant="thanks", when="first"), "line 2: field 'when'"),
        (correction(kind="intent", written="a", meant="thank"), "line 2: field 'meant': no example"),
    ],
)
def test_a_row_that_says_nothing_usable_is_refused_with_line_and_field(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(BrandError, match=r"^corrections\.tsv: " + message) as refused:
        load_folder(pack(tmp_path, row))
    assert len(str(refused.value).splitlines()) == 1


def test_a_condition_nobody_knows_is_refused_with_the_correction_s_line(tmp_path: Path) -> None:
    pack(tmp_path, correction(written="a", meant="b", when="sometimes"))
    with pytest.raises(BrandError, match=r"^corrections\.tsv: line 2: field 'when'"):
        Normaliser(load_folder(tmp_path))


def test_what_the_console_writes_is_read_back(tmp_path: Path) -> None:
    written = Correction(
        "intent", "slt\n\tc moi", "greeting", "Bonjour,\nqui êtes-vous ?", "", "awa", "2025-07-31T10:00+00:00"
    )
    (tmp_path / "corrections.tsv").write_text(HEADER + as_line(written) + "\n", encoding="utf-8")
    [read] = read_corrections(tmp_path / "corrections.tsv")
    assert (read.written, read.asked, read.meant, read.at) == (
        "slt\n c moi", "Bonjour,\nqui êtes-vous ?", "greeting", "2025-07-31T10:00+00:00",
    )  # fmt: skip
