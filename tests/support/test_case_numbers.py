"""Case numbers: sayable, checkable, never given twice."""

from __future__ import annotations

import re

import pytest

from support import case_numbers


@pytest.mark.django_db
def test_a_new_number_reads_well_and_checks() -> None:
    number = case_numbers.new()
    assert re.fullmatch(r"AK-\d{3}-\d{4}", number)
    assert case_numbers.is_valid(number)
    assert case_numbers.is_valid(number.lower().replace("-", " "))


@pytest.mark.parametrize("digits", ["572", "482719", "000000", "999999"])
def test_one_wrong_digit_or_two_swapped_are_noticed(digits: str) -> None:
    whole = digits + str(case_numbers.check_digit(digits))
    assert case_numbers.check_digit(whole) == 0
    for place in range(len(whole)):
        for other in "0123456789":
            if other != whole[place]:
                assert case_numbers.check_digit(whole[:place] + other + whole[place + 1 :]) != 0
    for place in range(len(whole) - 1):
        swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
        assert swapped == whole or case_numbers.check_digit(swapped) != 0
