"""What leaves the house of a question: everybody's words, and marks in the place of the customer's own."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.anonymise.outgoing import MARK, outgoing
from chatbot.turn import Mind
from tests.telling_customers import QUESTIONS, TELLINGS, customer, leaks

TABLE = [
    ("je peux envoyer cinq mille francs vers le Sénégal ?", "je peux envoyer [NOMBRE] francs vers le Sénégal ?"),
    ("deux cents francs de frais, pourquoi ?", "[NOMBRE] francs de frais, pourquoi ?"),
    ("j'ai envoyé dix mil hier", "j'ai envoyé [NOMBRE] hier"),
    ("cinquante barres c'est possible ?", "[NOMBRE] c'est possible ?"),
    ("il me faut une brique", "il me faut [NOMBRE]"),
    ("une dizaine de transferts", "[NOMBRE] de transferts"),
    ("un compte pour une personne de ma famille", "un compte pour une personne de ma famille"),
    ("le 12 janvier ou le douze janvier 2026", "le [DATE] ou le [DATE]"),
    ("moi c'est Aya Marie, vous avez une agence ?", "moi c'est [NOM], vous avez une agence ?"),
    ("prisca ici, vous avez une agence ?", "[MOT] ici, vous avez une agence ?"),
    ("Bonjour Prisca, ça va ?", "Bonjour [MOT], ça va ?"),
    ("kouame . jean @ gmail . com", "[EMAIL]"),
    ("kouame point jean arobase gmail point com", "[EMAIL]"),
    ("mon code c'est quatre huit un cinq", "mon code c'est ****"),
    ("e f b 3 1 4 8 2 0 9 5 c'est ma référence", "[ID] c'est ma référence"),
    ("appelez le zéro sept zéro zéro douze trente quatre demain", "appelez le [NOMBRE] demain"),
    ("Est-ce que Wave et Orange marchent au Mali ?", "Est-ce que Wave et Orange marchent au Mali ?"),
    ("le délai est passé depuis 3 jours", "le délai est passé depuis [NOMBRE] jours"),
    ("½ ou ② ou Ⅷ", "[MOT] ou [MOT] ou [MOT]"),
]


@pytest.mark.parametrize(("text", "masked"), TABLE)
def test_what_is_left_of_a_question(mind: Mind, text: str, masked: str) -> None:
    assert mind.outgoing.mask(text) == masked


def test_a_name_that_shows_only_in_the_customers_own_writing_is_taken_out(mind: Mind) -> None:
    assert mind.outgoing.mask("je veux savoir, merci grand", "je veux savoir, merci. Je m'appelle Grand") == (
        "je veux savoir, merci [NOM]"
    )


@pytest.mark.parametrize("telling", TELLINGS)
def test_no_writing_of_a_fact_gets_through(mind: Mind, telling: str) -> None:
    for number in range(8):
        who, question = customer(number), QUESTIONS[number % len(QUESTIONS)]
        told = TELLINGS[telling](who, Random(number))
        for text in (f"{told}, {question}", f"{question} {told}", f"{question}\n{told}"):
            masked = mind.outgoing.mask(mind.ear.normalise(text).text, text)
            assert not leaks(who, masked), (text, masked)
            assert mind.outgoing.mask(masked) == masked


def test_a_question_without_a_fact_leaves_as_it_is(mind: Mind) -> None:
    for question in QUESTIONS:
        assert mind.outgoing.mask(question) == question


def test_no_digit_leaves_even_where_no_brand_is_known() -> None:
    assert outgoing("envoyez 5 000 F au 07 00 12 34 56") == "envoyez [NOMBRE] F au [TEL]"


@given(st.text(max_size=60))
@settings(max_examples=150)
def test_masked_again_it_is_the_same_and_no_digit_is_in_it(mind: Mind, text: str) -> None:
    masked = mind.outgoing.mask(text)
    assert mind.outgoing.mask(masked) == masked
    assert not any(char.isnumeric() for char in masked)


WORDS = st.lists(
    st.sampled_from(
        "je m'appelle moi c'est Kouassi aya mon adresse est quartier lot 12 07 00 11 22 33 EFB.31442095 cinq mille de "
        "un cent [NOM] [TEL] **** code pin 4815 quatre huit point arobase @ . , ? MP250101.1234.A12345 le janvier "
        "barres une brique TABCDEFGHIJKLMNOP à pour chez Bamba rue".split()
    ),
    max_size=12,
)


@given(WORDS)
@settings(max_examples=300)
def test_masked_again_it_is_the_same_whatever_stands_beside_whatever(mind: Mind, words: list[str]) -> None:
    masked = mind.outgoing.mask(" ".join(words))
    assert mind.outgoing.mask(masked) == masked
    assert not any(char.isdigit() for char in MARK.sub("", masked))
