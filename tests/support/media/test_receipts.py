"""The drawn receipts are read, all of them: floors by kind and by what a picture suffered; no wrong id unasked."""

from __future__ import annotations

import pytest

from support.bench.receipts import FOLDER, KINDS, VARIANTS, Outcome, read_all, receipts, share_right

# The worst of a kind or a variant as seen was 95 % (docs/pictures.md); another Tesseract may lose a word or two.
FLOOR_KIND, FLOOR_VARIANT, FLOOR_ALL = 0.90, 0.90, 0.95
ASKED_AT_MOST = 0.35  # of the identifiers, those put to the customer or not found


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    from support.media import tesseract

    assert tesseract.available(), "tesseract with eng and fra is not installed: scripts/system_packages.sh"
    return read_all(receipts())


def test_every_kind_and_variant_is_there_and_small() -> None:
    told = receipts()
    assert {(one.kind, one.variant) for one in told} == {(kind, variant) for kind in KINDS for variant in VARIANTS}
    assert {one.file for one in told} == {path.name for path in FOLDER.iterdir()} - {"manifest.jsonl"}
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1_500_000


def test_no_wrong_identifier_is_taken_without_asking(outcomes: list[Outcome]) -> None:
    assert [wrong for one in outcomes for wrong in one.wrong_unasked] == []


def test_most_identifiers_need_no_asking(outcomes: list[Outcome]) -> None:
    assert sum(one.taken_unasked for one in outcomes) >= (1 - ASKED_AT_MOST) * len(outcomes)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_read(kind: str, outcomes: list[Outcome]) -> None:
    assert share_right(one for one in outcomes if one.receipt.kind == kind) >= FLOOR_KIND


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_is_read(variant: str, outcomes: list[Outcome]) -> None:
    assert share_right(one for one in outcomes if one.receipt.variant == variant) >= FLOOR_VARIANT


def test_all_together(outcomes: list[Outcome]) -> None:
    assert share_right(outcomes) >= FLOOR_ALL


def test_nothing_is_read_that_is_not_there(outcomes: list[Outcome]) -> None:
    extra = [
        (one.receipt.file, fact)
        for one in outcomes
        for fact in one.reading.facts
        if fact.name not in one.receipt.fields
    ]
    assert extra == []
