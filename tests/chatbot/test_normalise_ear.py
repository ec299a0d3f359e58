"""Words written as they sound are heard; what is right, foreign or a name stays; sums keep their written form."""

from __future__ import annotations

import pytest

from chatbot.brand import load
from chatbot.normalise import Normaliser
from chatbot.normalise.sounds import sound, sounds

NORMALISER = Normaliser(load("easytransfert"))


def normalise(text: str) -> str:
    return NORMALISER.normalise(text).text


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("chofeur", "chauffeur"),
        ("dirèk", "direct"),
        ("fas", "face"),
        ("mesaj", "message"),
        ("tecnik", "technique"),
        ("aceptez", "acceptez"),
        ("kelkun", "quelqu'un"),
    ],
)
def test_two_spellings_of_one_sound_share_a_key(typed: str, right: str) -> None:
    assert sound(right) in sounds(typed)


@pytest.mark.parametrize(
    ("typed", "right"), [("chiffre", "chauffeur"), ("dessert", "désert"), ("montre", "mentir"), ("gare", "guerre")]
)
def test_words_that_sound_otherwise_do_not(typed: str, right: str) -> None:
    assert sound(right) != sound(typed)


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        ("le chofeur est venu", "le chauffeur est venu"),
        ("il conprend", "il comprend"),
        ("tu conprend", "tu comprends"),
        ("la farmaci", "la pharmacie"),
        ("lacheteur est parti", "l'acheteur est parti"),
        ("on demande 3 chifre", "on demande 3 chiffres"),
    ],
)
def test_a_word_written_as_it_sounds_is_heard(written: str, standard: str) -> None:
    assert normalise(written) == standard


@pytest.mark.parametrize("word", ["Kouamé", "koffi", "cheque", "check", "comte", "chair", "tonnelle", "masse"])
def test_a_word_that_is_known_stays_whatever_it_sounds_like(word: str) -> None:
    assert normalise(f"voici la {word}").endswith((word, "chèque"))


@pytest.mark.parametrize("sum_", ["1m5", "12mil500", "7k5", "2M5", "3mille200", "50k", "9 500f"])
def test_a_sum_keeps_its_written_form(sum_: str) -> None:
    assert sum_ in normalise(f"jai envoyé {sum_} a ma soeur")


@pytest.mark.parametrize(
    "sentence",
    [
        "Mon transfert a un souci",
        "Non, pas la peine",
        "C'est l'inverse, Wave vers MTN",
        "Ce sont des zéros ou des O, je ne sais pas",
        "Je suis en voyage",
        "Il n'y en a pas deux",
        "Tu n'es pas humain",
        "C'est le MTN de mon patron",
        "Moov en réception et mtn en envoi",
    ],
)
def test_standard_french_that_once_was_changed_stays(sentence: str) -> None:
    assert normalise(sentence) == sentence


def test_a_lone_soft_hyphen_is_not_emptied() -> None:
    assert normalise("\u00ad") == "\u00ad"
