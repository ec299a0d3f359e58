"""Which numbers the console hides, and what it must leave readable."""

from __future__ import annotations

import pytest

from support.console.masking import mask_number, mask_phones


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("0700000001", "•••• 0001"),
        ("mon num 07 00 00 00 12 ok", "mon num •••• 0012 ok"),
        ("+2250511000034", "•••• 0034"),
        ("00225 05.11.00.00.56", "•••• 0056"),
        ("2250700000078", "•••• 0078"),
        ("+221 77 000 00 90", "•••• 0090"),
        ("de 0700000001 vers 0511000002.", "de •••• 0001 vers •••• 0002."),
        ("27-00-00-00-33", "•••• 0033"),
    ],
)
def test_it_masks_phone_numbers_however_they_are_written(written: str, shown: str) -> None:
    assert mask_phones(written) == shown


@pytest.mark.parametrize(
    "text",
    [
        "EFB.31570264",
        "efb 31570264",
        "31477190",
        "MP240612.1234.A12345",
        "T7K2QWERTY234567",
        "50 000 FCFA",
        "le 21/11/2026 à 14 h 05",
        "AK-204-7318",
        "3 000 000",
    ],
)
def test_it_leaves_references_amounts_and_dates_readable(text: str) -> None:
    assert mask_phones(text) == text


def test_a_short_number_shows_nothing() -> None:
    assert mask_number("1234") == "••••"
