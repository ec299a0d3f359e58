"""The figures of understanding are what they are called: each changes when, and only when, its fault is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chatbot.brand import load_folder
from support.bench.understanding import ablation, bars, exam, masking, measures
from support.bench.understanding.calibration import calibration_error
from support.bench.understanding.naive import replace_chain, word_chain
from support.bench.understanding.variants import VARIANTS

GOLD: list[dict[str, Any]] = [
    {
        "id": "a", "text": "appelle 0700112233 pour\n50k EFB29481736", "intent": "provide_info",
        "alt_intents": ["other"],
        "entities": [
            {"type": "msisdn", "value": "present", "span": [8, 18]},
            {"type": "amount_fcfa", "value": 50000, "span": [24, 27]},
            {"type": "easytransfert_id", "value": "EFB.29481736", "span": [28, 39]},
        ],
        "sentiment": "neu", "needs_human": False, "flags": [], "normalised": "appelle 0700112233 pour 50k EFB29481736",
    }
]  # fmt: skip
RIGHT = {**GOLD[0], "confidence": 1.0}


def figures(normalised: str = "", **changes: object) -> dict[str, float]:
    return measures.measure(GOLD, [{**RIGHT, **changes}], lambda text: normalised or text)


def test_a_right_answer_reaches_every_bar() -> None:
    rows = list(bars.rows(figures()))
    assert len(rows) == len(bars.BARS) - 1, "no message of these needs a person"
    assert [row.what for row in rows if not row.met and "macro" not in row.what] == []


@pytest.mark.parametrize(
    ("measure", "wrong"),
    [
        (
            "phones taken for ids",
            figures(entities=[{"type": "operator_tx_id", "value": "0700112233", "span": [8, 18]}]),
        ),
        ("protected tokens damaged", figures(normalised="appelle 0700112233 pour 50000 EFB29481736")),
        ("protected tokens damaged", figures(normalised="appelle 07 00 11 22 33 pour 50k EFB29481736")),
        ("protected tokens damaged", figures(normalised="appelle 0700112233 pour 50k efb29481736")),
        ("standard French sentences changed", figures(normalised="appelle 0700112233 pour 50k  EFB29481736")),
        ("references and operator ids F1", figures(entities=[])),
        ("intents strict", figures(intent="other")),
        ("intents lenient", figures(intent="thanks")),
        ("mood accuracy", figures(sentiment="neg")),
        ("calibration error, strict", figures(confidence=0.5)),
    ],
)
def test_a_fault_shows_in_its_figure(measure: str, wrong: dict[str, float]) -> None:
    [bar] = [bar for bar in bars.BARS if bar.measure == measure]
    assert bar.row(figures()[measure]).met is True
    assert bar.row(wrong[measure]).met is False


def test_an_accepted_alternative_is_right_leniently_only() -> None:
    found = figures(intent="other")
    assert (found["intents strict"], found["intents lenient"]) == (0, 1)
    assert (found["calibration error, strict"], found["calibration error, lenient"]) == (1, 0)


@pytest.mark.parametrize(
    ("confidences", "right", "error"),
    [
        ([0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9], [True] * 9 + [False], 0.0),
        ([1.0, 1.0], [True, False], 0.5),
        ([0.0, 1.0], [False, True], 0.0),
        ([0.95, 0.15], [True, True], 0.45),
        ([], [], 0.0),
    ],
)
def test_calibration_error_is_the_mean_gap_of_the_bins(
    confidences: list[float], right: list[bool], error: float
) -> None:
    assert calibration_error(confidences, right) == pytest.approx(error)


def test_masking_counts_what_is_left_and_what_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "FOLDER", tmp_path)
    assert masking.measure() == {}
    (tmp_path / masking.FILE).write_text(
        "id\tgroup\ttext\n"
        "1\tsecret\tmon pin 4815 et [[SECRET:quelque chose]]\n"
        "2\tpersonal\tle [[TEL:0700112233]] est à [[NOM:mystère]]\n",
        encoding="utf-8",
    )
    assert masking.measure() == {
        "personal data masked, recall": 0.5,
        "personal data masked, precision": 0.5,
        "secrets masked": 0.0,
    }


def test_masked_spans_count_characters_of_the_text_itself() -> None:
    text = "mon pin 481523 et le 0700112233"
    assert [(text[a:b], kind) for a, b, kind in masking.masked_spans(text)] == [
        ("481523", "SECRET"), ("0700112233", "TEL"),
    ]  # fmt: skip


def test_the_naive_chains_replace_in_order_and_know_where_from(tmp_path: Path) -> None:
    header = "form\tstandard\tlanguage\tkind\tnote\tconfidence\tsource\twhen\n"
    rows = "g\tj'ai\tfr\tw\t\thigh\town\t\nj'ai\tmoi\tfr\tw\t\thigh\town\t\nmo\tmot\tfr\tw\t\thigh\town\tnever\n"
    (tmp_path / "lexicon.tsv").write_text(header + rows, encoding="utf-8")
    brand = load_folder(tmp_path)
    anywhere, words = replace_chain(brand)("G Mangé mo"), word_chain(brand)("G Mangé mo")
    assert (anywhere.text, words.text) == ("moi manmoié mo", "moi mangé mo")
    assert anywhere.source_span(7, 10) == (5, 6)
    assert len(anywhere.origin) == len(anywhere.text)


def test_the_ablation_measures_the_whole_and_each_absence() -> None:
    (whole, without) = ablation.run(lambda line: None, most=60, variants=VARIANTS[:2])
    assert without[0] == "no normaliser"
    assert without[1]["normalised token F1"] < whole[1]["normalised token F1"]
    table = ablation.table([whole, without]).splitlines()
    assert len(table) == 4
    assert table[2].startswith("| all of it | ")
    assert table[3].startswith("| no normaliser | -")


def test_every_variant_has_its_own_name() -> None:
    assert len({variant.name for variant in VARIANTS}) == len(VARIANTS)


def test_unseen_exams_are_found_beside_the_development_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("messages.jsonl", "unseen_b.jsonl", "unseen_a.jsonl"):
        (tmp_path / name).write_text('{"id": "1"}\n{"id": "2"}\n')
    exam.scorer()
    monkeypatch.setattr(exam, "FOLDER", tmp_path)
    assert [(e.name, len(e.gold)) for e in exam.exams(1)] == [("messages", 1), ("unseen_a", 1), ("unseen_b", 1)]
