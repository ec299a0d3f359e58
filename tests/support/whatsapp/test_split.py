"""T7: long replies, in parts that WhatsApp takes. 300 random texts of up to 20,000 characters, and the hard cases."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from support.transports.whatsapp.split import LIMIT, split, utf16_length

FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇨🇮"
PIECES = st.sampled_from(
    [
        "Bonjour. ",
        "mot ",
        "\n\n",
        "é",
        "e\u0301",
        "😀",
        FAMILY,
        FLAG,
        "👍🏿",
        "a" * 700,
        "50 000 FCFA",
        "EFB. 31207463",
        " ",
        "?",
        "\r\n",
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=40)), max_size=200).map("".join).map(lambda text: text[:20_000])


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("")
@example("x")
@example("a" * 1600)
@example("a" * 1600 + "\n")
@example("a" * 20_000)
@example(" " * 5_000)
@example("😀" * 10_000)
@example(FLAG * 5_000)
@example("e" + "\u0301" * 5_000)
def test_no_part_is_too_long_none_is_empty_and_joined_they_are_the_text(text):
    parts = split(text)
    assert "".join(parts) == text
    assert all(parts)
    assert all(utf16_length(part) <= LIMIT for part in parts)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(min_value=2, max_value=60))
def test_it_holds_for_every_limit(text, limit):
    parts = split(text, limit)
    assert "".join(parts) == text
    assert all(0 < utf16_length(part) <= limit for part in parts)


@pytest.mark.parametrize("character", [FAMILY, FLAG, "👍🏿", "e\u0301", "❤️", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
@pytest.mark.parametrize("shift", range(12))
def test_what_is_seen_as_one_character_stays_whole(character, shift):
    text = "a" * shift + character * 200
    assert [part for part in split(text, 100) if part.lstrip("a").replace(character, "")] == []


def test_it_breaks_after_a_sentence():
    text = "Voici la première phrase. " * 100
    assert all(part.endswith("phrase. ") for part in split(text))


def test_it_breaks_after_a_line_even_without_a_full_stop():
    assert split("un deux\ntrois quatre cinq", 20) == ["un deux\n", "trois quatre cinq"]


def test_without_sentences_it_breaks_between_words():
    assert split("un deux trois quatre", 12) == ["un deux ", "trois quatre"]


@pytest.mark.parametrize("kept", ["EFB. 31207463", "50 000 FCFA", "50\u202f000\u202fFCFA"])
def test_references_and_amounts_stay_in_one_piece(kept):
    for shift in range(20):
        parts = split("mot " * shift + kept + " mot" * 20, 40)
        assert any(kept in part for part in parts)


def test_the_last_part_holds_something_to_read():
    assert all(part.strip() for part in split("mot " * 400 + "\n\n"))
    assert all(part.strip() for part in split("a" * 1600 + "   "))


def test_twice_the_text_takes_about_twice_the_time():
    def seconds(size: int) -> float:
        text = "a" * size
        best = 9.0
        for _ in range(3):
            started = time.process_time()
            split(text)
            best = min(best, time.process_time() - started)
        return best

    assert seconds(400_000) < 12 * max(seconds(100_000), 0.001)
