"""What a text is found by: one spelling for each identifier, whatever way it is typed."""

from __future__ import annotations

import pytest

from support.search import words


@pytest.mark.parametrize(
    ("typed", "term"),
    [
        ("EFB.31570264", "31570264"),
        ("efb 31570264", "31570264"),
        ("efb.31570264", "31570264"),
        ("31570264", "31570264"),
        ("+225 07 00 00 00 12", "0700000012"),
        ("07 00 00 00 12", "0700000012"),
        ("0700000012", "0700000012"),
        ("00000012", "00000012"),
        ("AK-204-7318", "2047318"),
        ("ak 2047318", "2047318"),
        ("MP240612.1234.A12345", "mp2406121234a12345"),
        ("mp240612 1234 a12345", "mp2406121234a12345"),
        ("20 000", "20000"),
        ("Évènement", "evenement"),
        ("dossiers", "dossier"),
        ("018f6b1e-7c1a-7def-8abc-0123456789ab", "018f6b1e7c1a7def8abc0123456789ab"),
    ],
)
def test_every_spelling_of_a_thing_is_looked_for_in_one(typed: str, term: str) -> None:
    assert words.terms(typed) == [term]


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("EFB.31570264", {"31570264", "0264"}),
        ("au 07 00 00 00 12", {"0700000012", "00000012", "0012"}),
        ("AK-204-7318", {"2047318", "7318"}),
        ("20 000 F", {"20000"}),
        ("C'est pas bon", set()),
        ("l'argent n'est pas arrivé", {"argent", "arrive"}),
    ],
)
def test_a_text_is_found_by_its_words_and_by_the_ends_of_its_numbers(text: str, forms: set[str]) -> None:
    assert words.forms_of(text) == forms


def test_a_name_is_found_while_it_is_typed() -> None:
    assert {"adj", "adjo", "adjoua", "kone"} <= words.forms_of_name("Adjoua Koné")


def test_places_are_those_of_the_text_as_it_was_written() -> None:
    text = "Réglé : efb 31570264 !"
    assert [text[found.start : found.end] for found in words.read(text)] == ["Réglé", "efb 31570264"]


def test_a_token_is_of_64_bits_and_changes_with_the_key(settings: pytest.FixtureRequest) -> None:
    words.token.cache_clear()
    before = words.token("argent")
    settings.INDEX_KEY = "another"  # type: ignore[attr-defined]
    words.token.cache_clear()
    assert words.token("argent") != before
    words.token.cache_clear()
    assert -(2**63) <= before < 2**63
