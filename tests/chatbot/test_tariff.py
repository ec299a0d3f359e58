"""Fees and limits are exact to the franc, and come from tariff.toml alone."""

from __future__ import annotations

import pytest

from chatbot import brand
from chatbot.figures import typeset
from chatbot.knowledge.limits import Limits, LimitTable, TariffError
from chatbot.knowledge.tariff import AboveMaximum, BelowMinimum, Tariff, fee

TARIFF = Tariff.read(brand.load("easytransfert").tariff)


@pytest.mark.parametrize(
    ("amount", "francs"),
    [(100, 25), (1_000, 25), (1_666, 25), (1_734, 26), (7_742, 116), (9_999, 149), (23_750, 356), (32_371, 485),
     (33_333, 499), (33_334, 500), (50_000, 500), (100_000, 500), (1_500_000, 500)],
)  # fmt: skip
def test_a_fee_is_one_and_a_half_percent_rounded_down_between_its_floor_and_ceiling(amount: int, francs: int) -> None:
    assert fee(TARIFF, amount) == francs


def test_the_tighter_operator_bounds_what_can_be_sent_at_once() -> None:
    with pytest.raises(AboveMaximum) as refused:
        fee(TARIFF, 800_000, "Wave", "Orange")
    assert refused.value.bound == 500_000
    assert fee(TARIFF, 800_000, "Orange", "MTN") == 500


def test_less_than_the_minimum_has_no_fee() -> None:
    with pytest.raises(BelowMinimum) as refused:
        fee(TARIFF, 99)
    assert refused.value.bound == 100


@pytest.mark.parametrize(
    ("operators", "limits"),
    [
        (("MTN", "Moov"), Limits(100, 750_000, 1_500_000)),
        (("Orange", "MTN"), Limits(100, 1_000_000, 2_000_000)),
        (("Wave", "Wave"), Limits(100, 500_000, 1_000_000)),
        (("MTN", None), Limits(100, 1_500_000, 3_000_000)),
        ((None, None), Limits(100, 1_500_000, None)),
        (("Djamo", "Moov"), Limits(100, 750_000, 1_500_000)),
    ],
)
def test_limits_are_those_of_the_tighter_operator(operators: tuple[str | None, str | None], limits: Limits) -> None:
    assert TARIFF.limits.between(*operators) == limits


def test_a_pair_or_a_sender_may_have_its_own_rate() -> None:
    data = {
        "fee": {"rate": 150, "minimum": 25, "maximum": 500, "from": {"Wave": 100}, "pair": {"Wave>Orange": 120}},
        "limits": {"minimum": 100, "maximum": 1_500_000, "operators": {}},
    }
    tariff = Tariff.read(data)
    assert [fee(tariff, 10_000, *pair) for pair in (("MTN", "Orange"), ("Wave", "MTN"), ("Wave", "Orange"))] == [
        150,
        100,
        120,
    ]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "fee"),
        ({"fee": {"rate": "150"}}, "rate"),
        ({"fee": {"rate": 150, "minimum": -1}}, "minimum"),
        ({"fee": {"rate": 150, "minimum": 25, "maximum": 500, "pair": {"Wave": 1}}, "limits": {}}, "minimum"),
    ],
)
def test_a_broken_tariff_names_the_field(data: dict[str, object], field: str) -> None:
    with pytest.raises(TariffError, match=field):
        Tariff.read(data)


def test_a_pair_without_an_arrow_is_refused() -> None:
    limits = {"minimum": 100, "maximum": 1, "operators": {}}
    with pytest.raises(TariffError, match="Wave"):
        Tariff.read({"fee": {"rate": 1, "minimum": 1, "maximum": 2, "pair": {"Wave": 1}}, "limits": limits})


def test_an_operator_without_limits_is_refused() -> None:
    with pytest.raises(TariffError, match="transfer"):
        LimitTable.read({"limits": {"minimum": 1, "maximum": 2, "operators": {"Wave": {}}}})


def test_french_punctuation_keeps_to_its_word() -> None:
    set_once = typeset("Touchez « Mot de passe oublié » : c'est tout ! Compris ?")
    assert set_once == "Touchez «\u00a0Mot de passe oublié\u00a0»\u00a0: c'est tout\u00a0! Compris\u00a0?"
    assert typeset(set_once) == set_once
