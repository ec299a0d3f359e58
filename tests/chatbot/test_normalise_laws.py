"""What holds for every text: settled after one go, a true map, facts untouched, no error, work in line with length."""

from __future__ import annotations

import cProfile
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.brand import load
from chatbot.forms.protected import protected_spans
from chatbot.forms.text import clean
from chatbot.normalise import Normaliser

ROOT = Path(__file__).resolve().parents[2]
BRAND = load("easytransfert")
NORMALISER = Normaliser(BRAND)


def normalise(text: str) -> str:
    return NORMALISER.normalise(text).text


PIECES = st.one_of(
    st.sampled_from([row.form for row in BRAND.lexicon]),
    st.sampled_from([row.standard for row in BRAND.lexicon if row.standard != "<DROP>"]),
    st.sampled_from(
        [
            "wave",
            "mtn",
            "orange",
            "EFB.31570264",
            "0700112233",
            "50k",
            "?",
            ",",
            "!",
            "\n",
            "j'",
            "c'",
            "pas",
            "3 barres",
        ]
        + [
            "envoyer",
            "payé",
            "vous",
            "je",
            "de",
            "que",
            "a",
            "ou",
            "la",
            "des transfert",
            "5h",
            "1m5",
            "m'",
            "est",
            "ne",
        ]
    ),
    st.text(max_size=6),
)
MESSAGES = st.lists(PIECES, max_size=12).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(MESSAGES)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@settings(max_examples=300, deadline=None)
@given(MESSAGES)
def test_the_map_covers_every_character_in_order_and_stays_inside_the_text(text: str) -> None:
    done = NORMALISER.normalise(text)
    assert len(done.origin) == len(done.text)
    assert all(0 <= start < end <= len(text) for start, end in done.origin)
    assert all(
        one[0] <= other[0] and one[1] <= other[1] for one, other in zip(done.origin, done.origin[1:], strict=False)
    )


@settings(max_examples=300, deadline=None)
@given(MESSAGES)
def test_protected_spans_survive(text: str) -> None:
    done, seen = normalise(text), clean(text)[0]
    for start, end in protected_spans(seen):
        span = seen[start:end]
        assert span in done or "\n" in span


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_it_never_raises_and_never_empties(text: str) -> None:
    assert bool(normalise(text)) or not text.strip()


def calls(text: str) -> int:
    """Python calls made while a text is normalised: its work, whatever machine runs it."""
    profile = cProfile.Profile()
    profile.runcall(NORMALISER.normalise, text)
    return sum(int(entry.callcount) for entry in profile.getstats())


@pytest.mark.parametrize(
    "piece", ["k ", "a-", "m'", "mtn ", "wari ma se ", "e.", "1 0 ", "envoyé pa ", "merciiii ", "3 barres ", "vous me "]
)
def test_twice_the_text_is_twice_the_work(piece: str) -> None:
    short, long = (piece * 4000)[:2000], (piece * 4000)[:4000]
    calls(long)  # words seen before are remembered; count without the first sight of them
    assert calls(long) <= 2.2 * calls(short) + 500


HEAVY = """
import resource
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
from chatbot.anonymise import Vault, anonymise
from chatbot.brand import load
from chatbot.normalise import Normaliser
normalise = Normaliser(load("easytransfert")).normalise
for piece in ("a", "e.", "0", "07 ", "T2", "m'", "-", "k ", "mtn ", "wari ma se ", "@", "*", "a-", "1 0 ", "EFB "):
    text = (piece * 100_000)[:100_000]
    normalise(text)
    anonymise(text, Vault())
"""


def test_a_hundred_thousand_characters_of_anything_are_no_burden() -> None:
    """Fifteen such texts within a minute of processor: a pattern that backtracks would need hours and be killed."""
    done = subprocess.run([sys.executable, "-c", HEAVY], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-400:]
